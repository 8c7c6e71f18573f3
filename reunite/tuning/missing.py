"""Simulates what people leave out: searches as they would be if reports said less."""

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from reunite.entities import ReportKind
from reunite.matching.evidence import SIDES, Candidate, Item, PairKind
from reunite.tuning.labelled_set import LabelledSearch

_PHOTOS: Final = 0.25
"""How often a report lacks a photo, relative to a caption, a place or a time."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The reports that have no caption, no place, no stated time, or no photo. Lost reports keep their words."""

    captions: frozenset[UUID] = frozenset()
    places: frozenset[UUID] = frozenset()
    times: frozenset[UUID] = frozenset()
    photos: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class _Reduced:
    """What is left of a report, and whether it lost its photos or its text."""

    item: Item
    lacks: frozenset[str]


def draw_missing(reports: Sequence[UUID], share: float, rng: random.Random) -> Missing:
    """Leave out captions, places and times, each independently in about this share of the reports; photos less."""
    shares = (share, share, share, share * _PHOTOS)
    return Missing(*(frozenset(report for report in reports if rng.random() < part) for part in shares))


def leave_out(searches: Iterable[LabelledSearch], missing: Missing) -> list[LabelledSearch]:
    """Return searches with less said; backgrounds and rare words aren't measured again (`narrow` does that)."""
    known: dict[UUID, _Reduced] = {}

    def reduced(item: Item) -> _Reduced:
        if item.report not in known:
            known[item.report] = _reduce(item, missing)
        return known[item.report]

    def reduce_search(labelled: LabelledSearch) -> LabelledSearch:
        search = labelled.search
        query = reduced(search.query)
        candidates = tuple(
            _candidate(candidate, query.lacks, reduced(candidate.item)) for candidate in search.candidates
        )
        return replace(labelled, search=replace(search, query=query.item, candidates=candidates))

    return [*map(reduce_search, searches)]


def _candidate(candidate: Candidate, query_lacks: Collection[str], left: _Reduced) -> Candidate:
    if not (left.lacks or query_lacks):
        return candidate if left.item == candidate.item else candidate._replace(item=left.item, rare_words=())
    similarities = {
        kind: similarity
        for kind, similarity in candidate.similarities.items()
        if SIDES[kind][0] not in query_lacks and SIDES[kind][1] not in left.lacks
    }
    details = candidate.details if PairKind.PHOTO_PHOTO in similarities else None
    return Candidate(left.item, similarities, details=details)


def _reduce(item: Item, missing: Missing) -> _Reduced:
    """Reduce a report; one with photos and words never loses both."""
    has_both = bool(item.colours and item.text)
    no_photo = has_both and item.report in missing.photos
    no_text = has_both and not no_photo and item.kind is ReportKind.FOUND and item.report in missing.captions
    left = replace(
        item,
        text="" if no_text else item.text,
        colours=() if no_photo else item.colours,
        shows=() if no_photo else item.shows,
        place="" if item.report in missing.places else item.place,
        time_is_stated=item.time_is_stated and item.report not in missing.times,
    )
    lacks = {"photo": no_photo, "text": no_text}
    return _Reduced(left, frozenset(name for name, is_missing in lacks.items() if is_missing))
