"""Colours as people name them in English."""

import re
from collections.abc import Sequence
from typing import Final

from reunite.text.data import read_toml
from reunite.text.phrases import any_of, listed

_TABLES: Final = read_toml("colour_words.toml")
_COLOUR_OF: Final[dict[str, str]] = {word: name for name, words in _TABLES["words"].items() for word in words.split()}
_SHADE_OF: Final[dict[str, str]] = {
    word: shade for shade, table in _TABLES["shades"].items() for word in table["words"].split()
}
METALS: Final = frozenset[str](_TABLES["metals"])
_CALLED: Final[dict[str, str]] = {
    word: called for table in ("metals", "coats") for called, words in _TABLES[table].items() for word in words.split()
}
_SHADED: Final[dict[tuple[str, str], str]] = {
    (shade, colour): name for shade, table in _TABLES["shades"].items() for colour, name in table["colours"].items()
}

_NO_COLOURS: Final = re.compile(any_of(listed(_TABLES["others"]["phrases"])))
_WORD: Final = re.compile(r"\w+|[,.;!?]")
COLOUR_WORDS: Final = tuple(_COLOUR_OF)
SHADE_WORDS: Final = tuple(_SHADE_OF)


def named_colours(english: str) -> Sequence[str]:
    """Return the colours that a text names, in order."""
    return [colour for colour, _ in colours_and_words(english)]


def colours_and_words(english: str) -> Sequence[tuple[str, str]]:
    """Return the colours that a text names, in order, each with its word if that is a metal or a coat.

    Gold is no yellow, and a ginger cat is as good as orange.
    """
    colours: list[tuple[str, str]] = []
    shade = ""
    words = _NO_COLOURS.sub(" ", english.casefold()).replace("-", " ").replace("off white", "offwhite")
    for word in _WORD.findall(words):
        if colour := _COLOUR_OF.get(word):
            name = _SHADED.get((shade, colour), colour)
            colours.append((name, _CALLED.get(word, name)))
            shade = _SHADE_OF.get(word, "")
        else:
            shade = _SHADE_OF.get(word, shade if word == "ish" else "")
    return colours
