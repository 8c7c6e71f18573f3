"""Captions that tell nothing of their thing, and short ones that do, as people post them (tests/data/captions*.tsv)."""

import csv
from pathlib import Path
from uuid import UUID

import pytest

from reunite.entities import ReportKind
from reunite.matching.evidence import Item
from reunite.matching.features import ReportFeatures, extract
from reunite.text import lexicon
from reunite.text.heads import things_in
from reunite.text.telling import tells
from tests.support.labelled_sets import LONG_AGO

TEXT = Path(lexicon.__file__).parent
DATA = Path(__file__).parents[1] / "data"


def captions(name: str, tells: str) -> list[str]:
    with (DATA / name).open(encoding="utf-8", newline="") as table:
        reader = csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row["caption"] for row in reader if row["tells"] == tells]


def read(text: str) -> ReportFeatures:
    return extract(Item(UUID(int=1), ReportKind.FOUND, text, "", LONG_AGO, time_is_stated=False))


TABLES = ("captions.tsv", "captions_held_out.tsv")
LEXICON = [line.split("\t") for line in (TEXT / "lexicon.tsv").read_text("utf-8").splitlines()[1:]]


@pytest.mark.parametrize("table", TABLES)
def test_captions_that_tell_nothing(table: str) -> None:
    assert [caption for caption in captions(table, "no") if read(caption).tells_of_thing] == []


@pytest.mark.parametrize("table", TABLES)
def test_short_captions_that_tell_a_thing_a_colour_a_brand_or_a_number(table: str) -> None:
    told = [caption for caption in captions(table, "yes") if any(map(str.isalnum, caption))]
    assert [caption for caption in told if not read(caption).tells_of_thing] == []


def test_what_tells_nothing_says_no_thing_colour_or_word() -> None:
    features = read("left behind after training, weiß jemand mehr?")
    assert (features.head_noun, features.tokens, features.stated_colours) == (None, (), (None,))


@pytest.mark.parametrize(
    ("caption", "thing"), [("🔑", "key"), ("found this ☂️ yesterday", "umbrella"), ("🎒🙏", "backpack")]
)
def test_an_emoji_says_the_thing_where_no_word_does(caption: str, thing: str) -> None:
    assert read(caption).head_noun == thing


def test_an_emoji_says_nothing_next_to_words() -> None:
    assert read("found a black umbrella 🎒").head_noun == "umbrella"


@pytest.mark.parametrize(
    "caption", ["hat", "but", "weiß", "found hat", "znalazłem but", "laisse", "LG", "H&M", "a saw"]
)
def test_words_that_are_a_thing_in_one_language_and_talk_in_another(caption: str) -> None:
    assert read(caption).tells_of_thing


def test_each_name_of_a_known_thing_tells_it() -> None:
    silent = [
        name
        for english, *names in LEXICON
        if things_in(english) and english != "can" and "," not in english
        for cell in (english, *names)
        for name in cell.split(",")
        if name.strip() and not tells(name)
    ]
    assert silent == []
