"""Colours in another language than the rest of a text: "Apple Watch, schwarz"."""

import re
from typing import Final

from reunite.text import lexicon

_ALONE: Final = re.compile(r"(?<=[,;/(])(\s{0,3})([^\W\d_]{3,20})(?=\s{0,3}(?:[,;/).!]|$))")
"""A word that is a phrase of its own: elsewhere it may be a name ("Mont Blanc pen")."""
_COLOURS: Final = frozenset(
    (
        "black",
        "white",
        "grey",
        "silver",
        "beige",
        "brown",
        "red",
        "yellow",
        "green",
        "turquoise",
        "blue",
        "pink",
        "purple",
    )
)
_THINGS: Final = frozenset(("viola",))


def with_colours(english: str) -> str:
    """Return a text with the colours in English that its translation left, because its other words are English."""
    return _ALONE.sub(lambda found: found[1] + _in_english(found[2]), english)


def _in_english(word: str) -> str:
    meant = lexicon.meanings(word)
    return min(meant) if len(meant) == 1 and meant <= _COLOURS and word.casefold() not in _THINGS else word
