"""A community's trends: the things lost most, and where."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Final

from reunite.entities import WEEKS, ReportWords
from reunite.text.heads import head_of
from reunite.text.place_names import base_form, english_place
from reunite.text.places import locate
from reunite.text.words import stem

LOOKED_AT: Final = timedelta(weeks=WEEKS)
_LEAST: Final = 3
"""What fewer reports name could point to one person."""
_MAX_SHOWN: Final = 3


def things_lost(reports: Iterable[ReportWords], limit: int = _MAX_SHOWN) -> Sequence[tuple[str, int]]:
    """Return the things lost most, in English if known."""
    return _most_named((head for report in reports if (head := head_of(report.text))), stem, limit)


def places_of(reports: Iterable[ReportWords]) -> Sequence[tuple[str, int]]:
    """Return where things are lost most."""
    return _most_named((place for report in reports for place in _places_in(report)), _same_place, _MAX_SHOWN)


def places_of_both(
    lost: Iterable[ReportWords], found: Iterable[ReportWords], limit: int
) -> Sequence[tuple[str, int, int]]:
    """Return the places that most reports name, each with how many lost and how many found ones do."""
    named = [[place for report in reports for place in _places_in(report)] for reports in (lost, found)]
    of_lost, of_found = (Counter(map(_same_place, places)) for places in named)
    most = _most_named([*named[0], *named[1]], _same_place, limit, least=1)
    return [(name, of_lost[_same_place(name)], of_found[_same_place(name)]) for name, _ in most]


def _places_in(report: ReportWords) -> Sequence[str]:
    """Return the place that was typed for a report, or else those that its words name."""
    if typed := report.place.strip():
        return [typed]
    return [base_form(place, report.text) for place in locate(report.text).places]


def _same_place(name: str) -> str:
    return english_place(name).strip()


def _most_named(
    named: Iterable[str], same: Callable[[str], str], limit: int, least: int = _LEAST
) -> Sequence[tuple[str, int]]:
    """Count names that are the `same`; each is shown as it's written most."""
    spelt: dict[str, Counter[str]] = {}
    for name in named:
        spelt.setdefault(same(name), Counter())[name] += 1
    counted = [(spellings.most_common(1)[0][0], spellings.total()) for spellings in spelt.values()]
    often = [pair for pair in counted if pair[1] >= least]
    return sorted(often, key=lambda pair: (-pair[1], pair[0]))[:limit]
