"""Where a find is kept: "handed in at reception", "im Sekretariat abgegeben". It was found elsewhere, or there."""

import re
from collections.abc import Iterable
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
_AFTER: Final = re.compile(rf"\A\s{{0,2}}{_any('kept_after')}")


def kept_places(text: str, places: Iterable[str]) -> frozenset[str]:
    """Return those of a find's places at which its thing is kept."""
    return frozenset(place for place in places if _is_kept(text, place))


def _is_kept(text: str, place: str) -> bool:
    before, is_there, after = text.partition(place)
    before, named, after = (without_strokes(plain(words)) for words in (before[-_NEARBY:], place, after[:_NEARBY]))
    return bool(is_there) and bool(_BEFORE.search(before) or _BEGINS.match(named) or _AFTER.match(after))
