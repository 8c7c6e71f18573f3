"""Dutch as people type it, and texts of other languages that have Dutch words in them and stay what they are."""

from collections.abc import Mapping

import pytest

from reunite.text.colour_words import named_colours
from reunite.text.content import content_of
from reunite.text.heads import head_of
from reunite.text.informative import is_informative
from reunite.text.normalise import normalise
from reunite.text.parts import parts
from reunite.text.sealing import category_of
from tests.support.tables import for_each, rows_of


@for_each("post", rows_of("dutch_posts.tsv"))
def test_a_dutch_post_is_read(post: Mapping[str, str]) -> None:
    content = content_of(post["text"])
    assert head_of(content.thing) == post["thing"]
    assert " ".join(named_colours(normalise(content.thing))) == post["colours"]
    assert content.place == post["place"]


@for_each("row", rows_of("not_dutch.tsv"))
def test_another_language_stays_what_it_is(row: Mapping[str, str]) -> None:
    assert normalise(row["text"]) == row["read_as"]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("rijbewijs gevonden", "id"),
        ("bankpasje gevonden bij de kassa", "card"),
        ("autosleutels gevonden", "keys"),
        ("telefoontje gevonden", "phone"),
        ("mobiel gevonden", "phone"),
        ("gsm gevonden", "phone"),
        ("collegekaart gevonden", "id"),
        ("verblijfsvergunning gevonden", "id"),
        ("legitimatiebewijs gevonden", "id"),
        ("zorgpas gevonden", "id"),
        ("telefoon 06-12345678, sjaal gevonden", None),
        ("moersleutel gevonden", None),
        ("inbussleutel", None),
        ("bitsleutel", None),
        ("bel mijn telefoonnummer", None),
        ("rode sjaal gevonden", None),
    ],
)
def test_dutch_finds_to_seal_are_known(text: str, category: str | None) -> None:
    assert category_of(text) == category


def test_what_a_dutch_post_rules_out_is_no_colour_of_the_thing() -> None:
    assert named_colours(normalise("niet zwart maar een blauwe tas")) == ["blue"]
    assert [*parts("ben mijn sleutels en een rode sjaal kwijt")] == ["key", "red scarf lost"]
    assert not parts("tas zonder sleutels")


@pytest.mark.parametrize(
    "text",
    ["Van wie is dit?", "dit lag in de gang", "iemand iets verloren?", "gevonden bij de ingang", "wie is dit kwijt?"],
)
def test_what_says_nothing_of_the_thing_is_known_in_dutch(text: str) -> None:
    assert not is_informative(content_of(text).thing)


@pytest.mark.parametrize("thing", ["hoe", "door", "die", "kan", "elk"])
def test_a_thing_whose_name_is_a_common_dutch_word_still_counts(thing: str) -> None:
    assert head_of(content_of(f"found a wooden {thing}").thing) == thing


@pytest.mark.parametrize(
    "when",
    [
        *("op dinsdag 12 mei", "op zaterdag", "sinds 3 mei", "in maart", "maandagochtend", "donderdagavond", "14u30"),
        *("om half drie", "om 14.30 uur", "rond half 9", "om kwart voor drie", "kwart over vier", "3 dagen geleden"),
    ],
)
def test_when_in_dutch_says_nothing_of_the_thing_or_the_place(when: str) -> None:
    content = content_of(f"rode sjaal gevonden {when}")
    assert (content.thing, content.place) == ("rode sjaal gevonden", "")


def test_geen_and_bont_are_read() -> None:
    assert normalise("hond, geen halsband") == "dog, without collar"
    assert normalise("bonte sjaal") == "multicoloured scarf"


def test_half_a_thing_is_no_time_in_dutch() -> None:
    assert content_of("half zwarte sjaal met half negen erop").thing == "half zwarte sjaal met half negen erop"
