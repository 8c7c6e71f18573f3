"""The several things that one text may report: "lost my keys and a red umbrella"."""

import re
from collections.abc import Sequence
from typing import Final

from reunite.text import words
from reunite.text.normalise import normalise
from reunite.text.word_lists import THINGS

MAX_PARTS: Final = 6
"""The last part takes the rest of the text."""

_BETWEEN: Final = re.compile(
    r"((?<![^\S\n])(?:[^\S\n]*+(?:[,;:.+&\n]|\b(?:and|plus|also|y|et|und)\b))++\s*+)", re.IGNORECASE
)
_ELSEWHERE: Final = re.compile(r"\b(?:in|on|at|from|near|by|under|behind)\b", re.IGNORECASE)
_HOLDS: Final = re.compile(
    r"\b(?:inside|has|had|contains|containing|contents|holds|full|pockets?|in (?:it|there))\b", re.IGNORECASE
)
_WITH: Final = re.compile(r"\bwith\b", re.IGNORECASE)
_COVERS: Final = frozenset(("case", "cover", "sleeve"))
_BESIDES: Final = re.compile(r"\b(?:also|plus)\b", re.IGNORECASE)


def parts(text: str) -> Sequence[str]:
    """Return the normalised words about each thing; empty if a text is about one thing.

    What a thing has or holds ("a bag with a laptop and keys") stays with it.
    """
    return parts_of(normalise(text))


def parts_of(normalised: str) -> Sequence[str]:
    """Return the words about each thing of a text that is normalised already."""
    first, *rest = _BETWEEN.split(normalised)
    found, named, holds = [first], _names_a_thing(first), _holds(first)
    for between, piece in zip(rest[::2], rest[1::2], strict=True):
        names = _names_a_thing(piece)
        is_held = holds or _HOLDS.search(_WITH.split(piece)[0]) or _names_only_a_cover(between, piece)
        is_held = is_held and not _BESIDES.search(between)
        if named and names and not is_held and len(found) < MAX_PARTS:
            found.append(piece)
            holds = _holds(piece)
        else:
            found[-1] += between + piece
            holds = holds or _holds(piece)
        named = named or names
    return tuple(found) if len(found) > 1 else ()


def _names_only_a_cover(between: str, piece: str) -> bool:
    """Whether a piece after a comma is about the case that a thing is in: "phone, cracked screen, blue case"."""
    return not between.strip(" ,;:.") and _things(piece) <= _COVERS


def _holds(piece: str) -> bool:
    return bool(_WITH.search(piece) or _HOLDS.search(piece))


def _names_a_thing(piece: str) -> bool:
    return bool(_things(piece))


def _things(piece: str) -> set[str]:
    tokens = words.tokens(_ELSEWHERE.split(piece, maxsplit=1)[0])
    return {words.stem(word) for word in tokens if word in THINGS or words.stem(word) in THINGS}
