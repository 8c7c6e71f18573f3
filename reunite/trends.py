"""A community's trends: the things lost most, and where."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Final

from reunite.entities import WEEKS, ReportWords
from reunite.text.heads import head_of
from reunite.text.place_names import base_form, english_place
from reunite.text.place_words import STREETS, only_place
from reunite.text.places import locate
from reunite.text.words import stem

LOOKED_AT: Final = timedelta(weeks=WEEKS)
_LEAST: Final = 3
"""What fewer reports name could point to one person."""
_MAX_SHOWN: Final = 3
_POSSESSIVE: Final = re.compile(r"['’]s\b")
_IN_A_STREET: Final = re.compile(rf"\b(?:{'|'.join(STREETS)}|\w*stra(?:ss|at)\w*|street|road|avenue|lane)\b")
_Named = tuple[str, str]
"""A name, and who used it."""


def things_lost(reports: Iterable[ReportWords], limit: int = _MAX_SHOWN) -> Sequence[tuple[str, int]]:
    """Return the things that most people lost, in English if known."""
    named = ((head, _author(report, at)) for at, report in enumerate(reports) if (head := head_of(report.text)))
    return _most_named(named, stem, limit)


def places_of(reports: Iterable[ReportWords]) -> Sequence[tuple[str, int]]:
    """Return where most people lost things, for everyone to see: no one's name or address."""
    named = (
        (place, _author(report, at))
        for at, report in enumerate(reports)
        for place in _places_in(report, for_everyone=True)
    )
    return _most_named(named, _same_place, _MAX_SHOWN)


def places_of_both(
    lost: Iterable[ReportWords], found: Iterable[ReportWords], limit: int
) -> Sequence[tuple[str, int, int]]:
    """Return the places that most reports name, each with how many lost and how many found ones do."""
    named = [[place for report in reports for place in _places_in(report)] for reports in (lost, found)]
    of_lost, of_found = (Counter(map(_same_place, places)) for places in named)
    each = ((place, str(at)) for at, place in enumerate([*named[0], *named[1]]))
    most = _most_named(each, _same_place, limit, least=1)
    return [(name, of_lost[_same_place(name)], of_found[_same_place(name)]) for name, _ in most]


def _author(report: ReportWords, at: int) -> str:
    return report.author or f"{at}"


def _places_in(report: ReportWords, *, for_everyone: bool = False) -> Iterable[str]:
    """Return the place that was typed for a report, or else those that its words name, each once."""
    if typed := report.place.strip():
        return [] if for_everyone and _may_be_private(typed) else [typed]
    places = (place for place in locate(report.text).places if not for_everyone or _is_common(place))
    return {_same_place(place): base_form(place, report.text) for place in places}.values()


def _is_common(place: str) -> bool:
    """Whether a place has nothing but common words, so no name: "the main library"."""
    words = english_place(place).split()
    return only_place(words, 0, len(words)) and not _may_be_private(place)


def _may_be_private(place: str) -> bool:
    """Whether a place may be where someone lives: "Tom's house", "Elm Street 12"."""
    is_address = any(map(str.isdigit, place)) and _IN_A_STREET.search(english_place(place))
    return bool(_POSSESSIVE.search(place) or is_address)


def _same_place(name: str) -> str:
    return english_place(name).strip()


def _most_named(
    named: Iterable[_Named], same: Callable[[str], str], limit: int, least: int = _LEAST
) -> Sequence[tuple[str, int]]:
    """Count by how many people names that are the `same` are used; each is shown as it's written most."""
    spelt: dict[str, Counter[str]] = {}
    people: dict[str, set[str]] = {}
    for name, person in named:
        spelt.setdefault(same(name), Counter())[name] += 1
        people.setdefault(same(name), set()).add(person)
    counted = [(spelt[name].most_common(1)[0][0], len(people[name])) for name in spelt]
    often = [pair for pair in counted if pair[1] >= least]
    return sorted(often, key=lambda pair: (-pair[1], pair[0]))[:limit]
