"""Everyday names of lost things in nine languages, also misspelt or written as one word, each in a short post."""

import pytest

from reunite.entities import ReportKind
from reunite.text.kinds import relation
from tests.support.features import features_of
from tests.support.tables import rows_of

_POSTS = {
    "en": "lost my {}, please help",
    "de": "{} verloren, bitte melden",
    "fr": "perdu {}, merci",
    "es": "perdí {}, gracias",
    "pt": "perdi {}, obrigado",
    "it": "ho perso {}, grazie",
    "pl": "zgubiono {}, dziękuję",
    "ja": "{}をなくしました",
    "zh": "丢了{},谢谢",
}


_LIKE_A_NOUN = {
    "Rucksack verloren, mehrere Fächer": "backpack",
    "roter Klappfächer verloren": "fan",
    "トレンチコートを落としました": "coat",
    "フレンチブルドッグが逃げました": "dog",
    "ショールームで財布をなくしました": "wallet",
    "サインコサインの本": "book",
    "モンキーレンチをなくしました": "wrench",
    "オカメインコが逃げました": "cockatiel",
    "ハムスターのぬいぐるみ": "toy",
    "仓鼠玩偶丢了": "toy",
    "仓鼠水壶丢了": "bottle",
    "cat water bottle lost": "bottle",
    "criceto di peluche": "toy",
    "peluche perruche perdue": "toy",
    "Stoffschildkröte verloren": "toy",
    "perdu mes pompes noires": "shoe",
    "perdu une pompe à vélo": "pump",
    "needless to say I lost my hat": "hat",
    "culling my shelves, lost a book": "book",
    "llavero loro perdido": "keyring",
    "porte-clés perroquet vert": "keyring",
    "collar martillo de Thor": "necklace",
    "T-shirt perroquet vert": "t-shirt",
    "bracelet boussole perdu": "bracelet",
    "pendentif guitare perdu": "necklace",
    "黑色直发夹子": "clip",
    "披肩发女孩的书包": "backpack",
    "高铁车座上捡到围巾": "car",
    "双拐杖": "crutch",
    "Mr Finch lost a hat": "hat",
    "Sax Rohmer book": "book",
    "my tenor sax": "saxophone",
    "stock photo of my smack keyring": "keyring",
    "after the fire drill I left my jacket": "jacket",
    "wheelchair user lost a scarf": "scarf",
    "first timer here, lost my bag": "bag",
    "part-timer found a scarf": "scarf",
    "Two-timer! lost my ring": "ring",
    "Timur lost his keys": "keys",
    "Rosaly lost her keys": "keys",
    "de wedstrijd is opgeschort, sjaal kwijt": "scarf",
    "nach dem Rosenkranz Schirm vergessen": "umbrella",
    "dopo il rosario ho perso l'ombrello": "umbrella",
    "after the rosary I forgot my umbrella": "umbrella",
    "terça à noite perdi a bolsa": "bag",
    "Rosario perdió su bolso": "bag",
    "perdi um terço do dinheiro": "money",
    "we went to Panama and lost a ring": "ring",
    "por regla general dejo la mochila ahí": "backpack",
    "perdimos los remos": "remos",
    "perdí mis mimos": "mimos",
    "dynamos lost": "dynamos",
    "il tutore ha perso le chiavi": "key",
    "tutore per il polso": "splint",
}


def _noun(row: dict[str, str]) -> str:
    return _thing(_POSTS[row["language"]].format(row["word"]))


def _thing(text: str) -> str:
    read = features_of(text, ReportKind.LOST)
    return "; ".join(read.nouns)


def test_an_everyday_noun_is_understood() -> None:
    table = rows_of("everyday_nouns.tsv")
    wrong = [
        (row["word"], row["thing"], noun)
        for row in table
        if not (noun := _noun(row)) or (noun.split()[-1] != row["thing"] and relation(row["thing"], noun) != "same")
    ]
    assert not wrong
    assert len(table) == 409, "docs/matching-results.md says how many"


def test_what_only_looks_like_an_everyday_noun_names_no_other_thing() -> None:
    wrong = {text: noun for text, thing in _LIKE_A_NOUN.items() if (noun := _thing(text)).split()[-1:] != [thing]}
    assert not wrong


@pytest.mark.parametrize(
    ("first", "second", "related"),
    [
        ("parrot", "cockatiel", "near"),
        ("budgie", "parakeet", "near"),
        ("turtle", "tortoise", "same"),
        ("robe", "bathrobe", "same"),
        ("roller skates", "rollerblades", "near"),
        ("ice skates", "skates", "same"),
        ("ski goggles", "glasses", "near"),
        ("ski goggles", "swimming goggles", "other"),
        ("squash racket", "badminton racket", "other"),
        ("squash racket", "racket", "narrower"),
        ("soldering pen", "soldering iron", "same"),
        ("rain trousers", "trousers", "narrower"),
        ("apron", "lab coat", "near"),
        ("watering can", "mat", "other"),
    ],
)
def test_names_that_people_mix_up_do_not_rule_each_other_out(first: str, second: str, related: str) -> None:
    assert relation(first, second) == related


def test_playing_cards_and_a_deck_of_cards_are_one_thing() -> None:
    assert _thing("lost playing cards") == _thing("found a deck of cards") == _thing("Kartenspiel verloren") == "deck"
