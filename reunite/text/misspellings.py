"""Common misspellings of English things and brands: "bagpack", "samsnug", "waterbottle"."""

import re
from collections.abc import Mapping
from typing import Final

from reunite.text import lexicon
from reunite.text.data import read_toml
from reunite.text.phrases import any_of, listed
from reunite.text.word_lists import THINGS

_TABLES: Final = read_toml("misspellings.toml")
_MEANT: Final[Mapping[str, str]] = {typed: meant for meant, cell in _TABLES["meant"].items() for typed in listed(cell)}
_AS_WRITTEN: Final = frozenset(listed(_TABLES["as_written"]["phrases"]))
_TYPED: Final = re.compile(any_of(sorted({*_MEANT, *_AS_WRITTEN}, key=len, reverse=True)), re.IGNORECASE)
_LOWER_CASE: Final[Mapping[str, str]] = {typed: meant for meant, typed in _TABLES["lower_case"].items()}
_TYPED_SO: Final = re.compile(any_of(sorted(_LOWER_CASE)))
_WORDS, _ANIMALS = ("|".join(_TABLES["stuffed"][key].split()) for key in ("words", "animals"))
_STUFFED: Final = re.compile(rf"\b(?:{_WORDS})(?=[ -](?:{_ANIMALS})s?\b(?! toy))", re.IGNORECASE)
_BETWEEN, _GARMENTS = ("|".join(_TABLES["bottle_green"][key].split()) for key in ("between", "garments"))
_BOTTLE_GREEN: Final = re.compile(rf"\bbottle[ -]green(?= (?:(?:{_BETWEEN}) )?(?:{_GARMENTS})s?\b)", re.IGNORECASE)
_FIRST: Final = frozenset(_TABLES["compounds"]["first"].split())
_LAST: Final = THINGS | frozenset(_TABLES["compounds"]["last"].split())
_COMPOUND: Final = re.compile(r"(?<![\w'’@./#-])[a-z]{6,24}(?![\w'’@-])", re.IGNORECASE)
_MIN_PART: Final = 3


def correct_misspellings(text: str) -> str:
    """Replace common misspellings of things and brands, and what could be read in two ways."""
    typed = _TYPED.sub(_meant, text)
    typed = _TYPED_SO.sub(lambda match: _LOWER_CASE[match[0]], typed)
    return name_soft_toys(_BOTTLE_GREEN.sub("dark green", typed))


def _meant(match: re.Match[str]) -> str:
    phrase = " ".join(match[0].lower().split())
    return match[0] if phrase in _AS_WRITTEN else _MEANT[phrase]


def name_soft_toys(english: str) -> str:
    """Call a stuffed animal a soft toy: "plush husky"."""
    return _STUFFED.sub("soft toy", english)


def split_compounds(english: str) -> str:
    """Write a thing and the word before it apart ("waterbottle"), unless together they are another word."""
    return _COMPOUND.sub(lambda match: _split(match[0]), english)


def _split(word: str) -> str:
    plain = word.lower()
    if _is_thing(plain) or plain in lexicon.ENGLISH_WORDS:
        return word
    for end in range(len(plain) - _MIN_PART, _MIN_PART - 1, -1):
        if plain[:end] in _FIRST and _is_thing(plain[end:]):
            return f"{word[:end]} {word[end:]}"
    return word


def _is_thing(word: str) -> bool:
    return word in _LAST or word.removesuffix("s") in _LAST
