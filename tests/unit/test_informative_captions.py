"""Captions that tell nothing of their thing, and short ones that do, as people post them (tests/data/captions*.tsv)."""

import re
from pathlib import Path

import pytest

from reunite.text import lexicon
from reunite.text.data import read_toml
from reunite.text.informative import is_informative
from reunite.text.lexicon import to_english
from reunite.text.word_lists import STOP_WORDS
from reunite.text.words import plain
from tests.support.features import features_of
from tests.support.tables import for_each, rows_of

TEXT = Path(lexicon.__file__).parent


def captions(name: str, tells: str) -> list[str]:
    return [row["caption"] for row in rows_of(name) if row["tells"] == tells]


TABLES = ("captions.tsv", "captions_held_out.tsv")
LEXICON = [line.split("\t") for line in (TEXT / "lexicon.tsv").read_text("utf-8").splitlines()[1:]]

LISTS = read_toml("informative.toml")
THINGS = """
Hausmeisterschlüssel, Hausmeisterhut, Aufbewahrungsbox gefunden, Aufbewahrungsdose, Trovato un segnalibro
un raccoglitore, ho perso il lasciapassare, znaleziono leżak, zgubiłem odbiornik, encontré un buscapersonas
Encontré un recogedor, lost my identification, perdí mi identificación, perdi minha identificação
identificador encontrado, found a large, Found Hallmark, make-up
すいとう, すいとうを見つけました, つえ, つえを見つけました, はさみを拾いました, とけい, けいたい
くすりを拾いました, しおりを拾いました, のりを拾いました, にもつ, はしを拾いました, いす, 誰のいす？
おかねを拾いました, ますくを拾いました, けいたいおとした, いるかのうきわが落ちていました, くれよん忘れました
着物拾いました, 捡到处方, すごろく忘れました, たいつおとした, らいたーおとした
かるた, 前掛け, 私物, 下着, いちご, きつね, りんご, かえる, くれよんを拾いました, いるか, 地图, 这是谁的地图
Found a can, Found box, found a pick, found a stand, found a bench in the park, found a door, Found a shelf
Regal gefunden, Bild gefunden, eine Bank gefunden, trouvé un banc, znaleziono ławkę
found PS5, my K2, lost my A52, S21 gefunden, PS5 found this, R2D2, found R2D2, C3PO gefunden, mein P30 verloren
"""
TALK = """
the found box, found in the found box, in the lost & found box, found on a bench
im Regal gefunden, auf einer Bank gefunden, found in A4, 落とし物3
found B12, B12 found, C3 gefunden, found A4, trouvé D7, trovato B2
left in room B12, Q2 found this, B12: found this, 3F found this, EG gefunden, EG found this, found on the 2nd floor
found at 4pm, encontrado en un banco, make sure to collect it
だれの？, どなたのですか, これだれの？, みつけました, 落ちてた, 床に落ちていました, 床の上にありました, これを見つけた
ここにあります, ここに置いていったのは誰ですか, どこかで落としたみたいです, 这是谁的, 还在前台
draped over a bench, hung on the railing, propped against the wall, wedged between two seats, left after the concert
accroché à la porte, colgada en una silla, appeso in palestra, pendurado na porta, wisiało w szatni, lehnte am Zaun
found at the door, found by a stand, Fundstücke, Verlustmeldung, encontramos, identifié par personne
pertencente a quem, encontrándolo ayer, ritiratelo in segreteria, znaleźliśmy to wczoraj, trouvaille du jour
"""


def listed(captions: str) -> list[str]:
    return [caption.strip() for caption in captions.replace("\n", ",").split(",") if caption.strip()]


@pytest.mark.parametrize("table", TABLES)
def test_captions_that_tell_nothing(table: str) -> None:
    assert [caption for caption in captions(table, "no") if features_of(caption).is_informative] == []


@pytest.mark.parametrize("table", TABLES)
def test_short_captions_that_tell_a_thing_a_colour_a_brand_or_a_number(table: str) -> None:
    told = [caption for caption in captions(table, "yes") if any(map(str.isalnum, caption))]
    assert [caption for caption in told if not features_of(caption).is_informative] == []


def test_what_tells_nothing_says_no_thing_colour_or_word() -> None:
    features = features_of("left behind after training, weiß jemand mehr?")
    assert (features.head_noun, features.tokens, features.stated_colours) == (None, (), (None,))


@pytest.mark.parametrize(
    ("caption", "thing"), [("🔑", "key"), ("found this ☂️ yesterday", "umbrella"), ("🎒🙏", "backpack")]
)
def test_an_emoji_says_the_thing_where_no_word_does(caption: str, thing: str) -> None:
    assert features_of(caption).head_noun == thing


def test_an_emoji_says_the_thing_where_words_only_say_its_colour() -> None:
    thing = features_of("lost my black 🎒 at the pool").things[0]
    assert (thing.noun, thing.colours[0].name) == ("backpack", "black")


def test_an_emoji_says_nothing_next_to_words() -> None:
    assert features_of("found a black umbrella 🎒").head_noun == "umbrella"


@pytest.mark.parametrize(
    "caption", ["hat", "but", "weiß", "found hat", "znalazłem but", "laisse", "LG", "H&M", "a saw"]
)
def test_words_that_are_a_thing_in_one_language_and_talk_in_another(caption: str) -> None:
    assert features_of(caption).is_informative


NO_THINGS = """
beige gold ceramic child's son with without and in on from at near front for or lost found looking of summer school
sports sun one two three pair left train bus library park station
"""
AMBIGUOUS = {"té", "thé", "hai", "cafetería", "月"}
"""Names that are everyday words in another language, or a place."""


def test_the_name_of_a_known_thing_alone_is_informative() -> None:
    silent = [
        name
        for english, *names in LEXICON
        if any(names) and set(english.split()) - set(NO_THINGS.split())
        for cell in (english, *names)
        for name in map(str.strip, cell.split(","))
        if name and not is_informative(name) and name not in AMBIGUOUS
    ]
    assert silent == []


@for_each("caption", listed(THINGS))
def test_things_whose_names_begin_or_are_written_as_talk_does(caption: str) -> None:
    assert features_of(caption).is_informative


@for_each("caption", listed(TALK))
def test_talk_that_is_written_as_those_things_are(caption: str) -> None:
    assert not features_of(caption).is_informative


@pytest.mark.parametrize(
    "caption",
    ["Found this on the pitch ⚽", "⚽ found at the gym", "Found after training ⚽", "trovato in palestra 🏀"],
)
def test_sports_emoji_say_no_thing_next_to_a_place(caption: str) -> None:
    assert features_of(caption).head_noun is None


def test_sports_emoji_say_the_thing_elsewhere() -> None:
    assert features_of("found this ⚽").head_noun == "ball"


@pytest.mark.untraced
def test_each_word_is_needed() -> None:
    words = [plain(word) for words in LISTS["words"].values() for word in words.split()]
    beginnings = [word.removesuffix("*") for word in words if word.endswith("*")]
    assert [word for word in words if not re.fullmatch(r"[^\W\d_]+\*?", word)] == []
    assert [word for word in words if word in set(map(plain, STOP_WORDS))] == []
    assert [one for one in beginnings for other in beginnings if one != other and one.startswith(other)] == []
    covered = [word for word in words for start in beginnings if word.startswith(start) and len(word) <= len(start) + 4]
    assert [word for word in covered if "*" not in word and to_english(word) == word] == []


@for_each("lists", [*LISTS["words"].values(), *LISTS["pieces"].values()])
def test_no_word_or_piece_is_listed_twice(lists: str) -> None:
    pieces = list(map(plain, lists.split()))
    assert sorted(pieces) == sorted(set(pieces))


def test_most_captions_that_were_written_later_are_known() -> None:
    written = captions("captions_later.tsv", "no")
    assert sum(not features_of(caption).is_informative for caption in written) >= 0.8 * len(written)
