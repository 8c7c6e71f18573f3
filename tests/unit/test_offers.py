"""Who is asked whether to look for what a post without photos names."""

from datetime import timedelta

from reunite.entities import ReportKind
from reunite.messages.offers import offered_kind, says_other_kind
from reunite.rules import MAX_TEXT
from tests.support.tables import for_each

LOST, FOUND = ReportKind.LOST, ReportKind.FOUND
WORDS = "I lost my black umbrella"
LOSSES = (
    *(
        "Has anyone seen my blue scarf?",
        "Looking for my grey hoodie",
        "Ich vermisse meinen Schal",
        "青い傘をなくしました",
    ),
    *("Suche meinen schwarzen Rucksack", "He perdido mi mochila negra", "J'ai perdu mes clés", "Ho perso l'ombrello"),
    *("Se busca mochila azul", "Heeft iemand een grijze muts gezien?"),
    *("Ik ben mijn sleutels kwijt", "Zgubiłem czarny plecak", "Perdi minha mochila", "我的钱包不见了"),
)
FINDS = (
    *("found a black umbrella", "Schwarzer Regenschirm in Raum 204 gefunden", "Encontré unas llaves en la cafetería"),
    *(
        "Trouvé des clés à la cafétéria",
        "Trovate delle chiavi in mensa",
        "体育館で鍵を拾いました",
        "在图书馆捡到一串钥匙",
    ),
    *("Ik ben mijn hond aan het uitlaten en vond deze sleutel", "I was walking my dog and found a key"),
    *("Sleutels gevonden in de kantine", "Znalazłem klucze w stołówce", "Encontrei uma chave na cantina"),
    *("Did someone lose a ring? Found by the sink", "Wem gehört dieser Schlüsselbund? Lag vor dem Aufzug"),
)


def test_only_a_new_post_that_names_a_thing_and_answers_nobody_gets_an_offer() -> None:
    assert offered_kind(WORDS, timedelta(minutes=9), LOST, is_reply=False) is LOST
    assert offered_kind("thanks everyone", timedelta(), LOST, is_reply=False) is None
    assert offered_kind(WORDS, timedelta(), LOST, is_reply=True) is None
    assert offered_kind(WORDS, timedelta(minutes=10), LOST, is_reply=False) is None, "it has been discussed already"
    assert offered_kind("found a black umbrella", timedelta(), FOUND, is_reply=True) is None


@for_each("lost", (*LOSSES, "Lost: umbrella", WORDS + " on the bus. " + "It was raining. " * MAX_TEXT))
def test_in_a_channel_for_both_what_says_that_it_is_lost_is_offered_as_that(lost: str) -> None:
    assert offered_kind(lost, timedelta(), FOUND, is_reply=False) is LOST


@for_each("text", ["Schlüssel verloren", "Llaves perdidas", "Chiavi smarrite", "Sleutels verloren"])
def test_what_may_be_lost_is_not_offered_as_a_find(text: str) -> None:
    assert offered_kind(text, timedelta(), FOUND, is_reply=False) is None


@for_each("found", FINDS)
def test_finds_are_offered_as_that(found: str) -> None:
    assert offered_kind(found, timedelta(), FOUND, is_reply=False) is FOUND


@for_each("kind", ReportKind)
def test_what_only_names_a_thing_is_offered_as_what_its_channel_is_for(kind: ReportKind) -> None:
    assert offered_kind("black umbrella, gym", timedelta(), kind, is_reply=False) is kind


@for_each(
    ("text", "kind", "other"),
    [
        ("I lost my umbrella", FOUND, True),
        ("someone lost an umbrella", FOUND, False),
        ("I found this umbrella by the pool", LOST, True),
        ("Gefunden: Regenschirm, hängt am Eingang", LOST, True),
        ("I found my umbrella, thanks", LOST, False),
        ("black umbrella, please tell me if found", LOST, False),
        ("the umbrella I found at the market is lost", LOST, False),
    ],
)
def test_only_what_strictly_says_the_other_kind_is_asked_about(text: str, kind: ReportKind, *, other: bool) -> None:
    assert says_other_kind(text, kind) is other


@for_each("text", ["New phone!", "Lost in Translation is on tonight", "I lost this too", "thanks, I'd lost it"])
def test_talk_among_the_found_things_gets_no_offer(text: str) -> None:
    assert offered_kind(text, timedelta(), FOUND, is_reply=False) is None
