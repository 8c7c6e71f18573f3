"""Where a find is kept: "handed in at reception", "im Sekretariat abgegeben". It was found elsewhere, or there."""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from reunite.text.data import read_toml
from reunite.text.phrases import any_of, listed
from reunite.text.words import plain, without_strokes

_NEARBY: Final = 64
"""Characters before and after a place that may say that something is kept there."""
_TABLES: Final = read_toml("places.toml")


def _any(key: str) -> str:
    return any_of(without_strokes(plain(phrase)) for phrase in listed(_TABLES[key]))


_BEFORE: Final = re.compile(rf"{_any('kept_before')}[^.!?;,\n。！？，、]{{0,24}}\Z")
_BEGINS: Final = re.compile(_any("kept_before"))
_FOUND: Final = re.compile(
    r"\A[^.!?;,\n。！？，、]{0,40}?(?:\b(?:found|gefunden|fand|encontr|trouv|trovat|achei|znala|gevonden|наш[её]?л)|捡|拾)"
)
"""That a thing was found where its clause says that something is kept."""
_AFTER: Final = re.compile(rf"\A\s{{0,2}}{_any('kept_after')}")


def kept_places(text: str, places: Iterable[str]) -> frozenset[str]:
    """Return those of a find's places at which its thing is kept."""
    return frozenset(place for place in places if _is_kept(text, place))


def _is_kept(text: str, place: str) -> bool:
    """Whether a text says so wherever it names the place."""
    if not place:
        return False
    pieces = text.split(place)  # a pattern would stay in the cache of `re`, and with it words of a report
    around = list(pairwise(pieces))
    return bool(around) and all(_says_so(before[-_NEARBY:], place, after[:_NEARBY]) for before, after in around)


def _says_so(*around: str) -> bool:
    before, place, after = (without_strokes(plain(words)) for words in around)
    said = _BEFORE.search(before)
    if _FOUND.search(after) or (said and _FOUND.search(said[0])):
        return False
    return bool(said or _BEGINS.match(place) or _AFTER.match(after))
