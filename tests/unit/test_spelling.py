import random

import pytest

from reunite.text import lexicon
from reunite.text.normalise import normalise
from reunite.text.spelling import NAMES, REAL_WORDS, correct_spelling, nearest


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("balck backpak", "black backpack"),
        ("a pruple umbrela with a wooden hadnle", "a purple umbrella with a wooden handle"),
        ("Umbrelle, yelow", "Umbrella, yellow"),
        ("my sunglases", "my sunglasses"),
        ("not the balck one, the green jaket", "not the black one, the green jacket"),
    ],
)
def test_typing_errors_in_things_and_colours_are_correct_spelling(written: str, meant: str) -> None:
    assert correct_spelling(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "a Coach bag, Swatch and Crocs",
        "the name Bruwn is on it, ask for Blaker",
        "QX-blakc4, mail@blakc.com, #yelow, yelow-x, http://yelow.org",
        "while the house was open, the class had a sweet and a steel plane",
        "bule",
        "a racket and a locket on the coast",
        "schwarze Tasche, mochila roja, sac noir, 黒い傘",
        "",
    ],
)
def test_names_codes_real_words_and_short_ones_stay(text: str) -> None:
    assert correct_spelling(text) == text


def test_no_known_word_is_taken_for_a_typing_error() -> None:
    assert not REAL_WORDS & NAMES
    assert all(nearest(word) is None for word in REAL_WORDS | NAMES | lexicon.ENGLISH_WORDS)


def test_one_typing_error_is_corrected_or_kept_but_never_becomes_another_thing() -> None:
    chance, outcomes = random.Random(1), {"right": 0, "left": 0, "wrong": 0}  # noqa: S311 - no secret
    for name in sorted(lexicon.ENGLISH_WORDS & NAMES):
        slip = _slip(name, chance)
        if slip not in NAMES:
            outcomes[{name: "right", slip: "left"}.get(correct_spelling(slip), "wrong")] += 1
    assert outcomes["wrong"] == 0
    assert outcomes["right"] > 5 * outcomes["left"]


def _slip(word: str, chance: random.Random) -> str:
    """Leave a letter out, double it, or swap it with the next, not at the word's ends."""
    at = chance.randrange(1, len(word) - 2)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    return chance.choice([before + after, before + letter * 2 + after, before + after[0] + letter + after[1:]])


def test_other_languages_are_read_as_they_are_written() -> None:
    assert normalise("schwarze Tasche mit Blakc") == "black bag with Blakc"
    assert normalise("a balck bag") == "a black bag"
