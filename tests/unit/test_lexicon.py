import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reunite.text.lexicon import from_english, to_english


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("blauer Regenschirm mit Holzgriff", "blue umbrella with wooden handle"),
        ("Ich habe meine schwarzen Handschuhe verloren!", "black glove lost!"),
        ("GRUENE TASCHE", "green bag"),
        ("grüne Tasche", "green bag"),
        ("una cartera marrón de piel", "wallet brown of leather"),
        ("las llaves, con llavero rojo", "key, with keyring red"),
        ("gafas de sol negras", "sunglasses black"),
        ("une écharpe grise en laine", "scarf grey in wool"),
        ("l'étui à lunettes noir", "glasses case black"),
        ("黒い財布", "black wallet"),
        ("青い傘をなくしました", "blue umbrella lost"),
    ],
)
def test_everyday_words_of_four_languages_become_english(text: str, english: str) -> None:
    assert to_english(text) == english


@pytest.mark.parametrize("written", ["Fußballschuhe", "fussballschuh", "Fussballschuhen"])
def test_german_compounds_are_read_by_their_parts(written: str) -> None:
    assert to_english(written) == "football shoe"


def test_a_compound_with_an_unknown_first_part_keeps_it() -> None:
    assert to_english("rote Vereinsjacke") == "red vereins jacket"


@pytest.mark.parametrize(
    "english",
    [
        "I lost my red rucksack, it has round badges",
        "black garden hose near the rock",
        "body warmer with a brief pocket",
        "hearing aid",
        "orange cap",
        "pull-on boots, rose gold, size 7",
        "wearing an engagement ring",
        "",
        "QX-4411 / 0x1f",
    ],
)
def test_english_stays_as_it_is(english: str) -> None:
    assert to_english(english) == english


def test_what_is_not_known_stays_among_the_known() -> None:
    assert to_english("schwarzer Rucksack von Zarquon, Raum 204") == "black backpack from Zarquon, Raum 204"


@given(st.lists(st.sampled_from(["Tasche", "sac à dos", "negro", "黒い", "my", "42", "A7", "'", "-"])), st.text())
def test_numbers_survive(words: list[str], more: str) -> None:
    text = " ".join([*words, more])
    assert re.findall("[0-9]", to_english(text)) == re.findall("[0-9]", text)


def test_french_is_shown_with_its_apostrophes() -> None:
    assert from_english("ID card", "fr") == "carte d’identité"
    assert [from_english(word, "ja") for word in ("black", "brown", "small")] == ["黒", "茶色", "小さい"]
