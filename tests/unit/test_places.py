from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reunite.text.places import locate
from tests.support.tables import for_each

_LINES = (Path(__file__).parents[1] / "data" / "places.tsv").read_text(encoding="utf-8").splitlines()[1:]
TABLE = [tuple(line.replace("\\n", "\n").split("\t")) for line in _LINES]


@for_each(("text", "places"), TABLE)
def test_places_are_read_in_every_language(text: str, places: str) -> None:
    assert " / ".join(locate(text).places) == places


def test_the_table_has_places_and_texts_without_any() -> None:
    assert len(TABLE) >= 120
    assert sum(not places for _, places in TABLE) >= 30


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("backpack (gym)", "backpack"),
        ("library: backpack", "backpack"),
        ("black cap, found at the sports hall", "black cap, found"),
        ("図書館で財布を拾いました", "財布を拾いました"),
        ("écharpe oubliée à la cantine", "écharpe oubliée"),
        ("echarpe oubliee a la cantine", "echarpe oubliee"),
        ("sac trouve a l'arret de bus", "sac trouve"),
        ("a lavender scarf", "a lavender scarf"),
        ("my red rucksack (with badges)", "my red rucksack (with badges)"),
    ],
)
def test_the_rest_of_the_text_is_about_the_thing(text: str, rest: str) -> None:
    assert locate(text).rest == rest


@given(st.text())
def test_a_text_without_a_place_stays_as_it_is(text: str) -> None:
    located = locate(text)
    assume(not located.places)
    assert located.rest.split() == text.split()
