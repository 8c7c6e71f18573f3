"""A community's trends: the things lost most, and where."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Final

from reunite.entities import WEEKS, LostItem
from reunite.text.heads import head_of
from reunite.text.words import stem

LOOKED_AT: Final = timedelta(weeks=WEEKS)
_LEAST: Final = 3
"""What fewer reports name could point to one person."""
_MAX_SHOWN: Final = 3


def things_lost(reports: Iterable[LostItem], limit: int = _MAX_SHOWN) -> Sequence[tuple[str, int]]:
    """Return the things lost most, in English if known."""
    return _most_named((head for report in reports if (head := head_of(report.text))), stem, limit)


def places_of(reports: Iterable[LostItem]) -> Sequence[tuple[str, int]]:
    """Return where things are lost most."""
    return _most_named((report.place.strip() for report in reports if report.place.strip()), str.casefold, _MAX_SHOWN)


def _most_named(named: Iterable[str], same: Callable[[str], str], limit: int) -> Sequence[tuple[str, int]]:
    """Count names that are the `same`; each is shown as it's written most."""
    spelt: dict[str, Counter[str]] = {}
    for name in named:
        spelt.setdefault(same(name), Counter())[name] += 1
    counted = [(spellings.most_common(1)[0][0], spellings.total()) for spellings in spelt.values()]
    often = [pair for pair in counted if pair[1] >= _LEAST]
    return sorted(often, key=lambda pair: (-pair[1], pair[0]))[:limit]
