"""Splits a text into its noise, the description of the thing, and the place."""

from dataclasses import dataclass
from typing import Final

from reunite.text import noise, places, serials, words
from reunite.text.misspellings import correct_misspellings
from reunite.text.normalise import normalise

_MIN_LENGTH: Final = 3
_MAX_LOOKED_UP: Final = 24


@dataclass(frozen=True, slots=True)
class Content:
    """A text in its parts."""

    thing: str
    """The description of the thing, as it's written."""
    place: str
    """The places that it names, comma-separated."""
    serials: tuple[str, ...]
    """Letters and digits alone, in lower case."""
    named_serials: frozenset[str]
    """Those that the text calls a serial number, an engraving or the like."""


def content_of(text: str) -> Content:
    """Take a text apart."""
    cleaned = noise.clean(text)
    located = places.locate(cleaned.text)
    codes = tuple(dict.fromkeys(map(_letters_and_digits, cleaned.serials)))
    named = frozenset(map(_letters_and_digits, serials.named(cleaned.text)))
    return Content(located.rest, ", ".join(located.places), codes, named)


def _letters_and_digits(code: str) -> str:
    return "".join(filter(str.isalnum, words.plain(code)))


def significant_words(text: str) -> tuple[str, ...]:
    """Return the words that may tell a thing from others, in order; of numbers only the serials, at the end."""
    content = content_of(text)
    return (
        *(word for word in words.tokens(correct_misspellings(content.thing)) if not words.is_code(word)),
        *content.serials,
    )


def rare_candidates(text: str) -> tuple[str, ...]:
    """Return the distinct words worth looking up, serials first, at most 24; the database knows how rare they are."""
    unique = dict.fromkeys(
        word
        for word in significant_words(text)
        if words.is_code(word) or len(word) >= _MIN_LENGTH or not word.isascii()
    )
    return tuple(sorted(unique, key=lambda word: not words.is_code(word))[:_MAX_LOOKED_UP])


def stems(word: str) -> frozenset[str]:
    """Return a significant word's stem, and its English ones."""
    return frozenset(map(words.stem, (word, *words.tokens(normalise(word)))))
