"""What people leave out: searches as they would be if found reports said less."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from reunite.entities import ReportKind
from reunite.matching.evidence import Candidate, Item, PairKind
from reunite.tuning.labelled_set import LabelledSearch

_OF_WORDS: Final = {
    ReportKind.LOST: (PairKind.PHOTO_TEXT, PairKind.TEXT_TEXT),
    ReportKind.FOUND: (PairKind.TEXT_PHOTO, PairKind.TEXT_TEXT),
}
"""The pair kinds that compare the words of the found report, by the kind of the query."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The found reports that have no caption, no place, or no stated time."""

    captions: frozenset[UUID] = frozenset()
    places: frozenset[UUID] = frozenset()
    times: frozenset[UUID] = frozenset()


def draw_missing(found: Sequence[UUID], share: float, rng: random.Random) -> Missing:
    """Leave out captions, places and times, each independently in about this share of the found reports."""
    return Missing(*(frozenset(report for report in found if rng.random() < share) for _ in range(3)))


def leave_out(labelled: LabelledSearch, missing: Missing) -> LabelledSearch:
    """Return a search with less said; backgrounds and rare words aren't measured again (`narrow` does that)."""
    search = labelled.search
    query = _item(search.query, missing)
    candidates = tuple(_candidate(candidate, query, missing) for candidate in search.candidates)
    return replace(labelled, search=replace(search, query=query, candidates=candidates))


def _candidate(candidate: Candidate, query: Item, missing: Missing) -> Candidate:
    item = _item(candidate.item, missing)
    found = query if query.kind is ReportKind.FOUND else item
    if found.text or found.report not in missing.captions:
        return replace(candidate, item=item)
    left = {kind: value for kind, value in candidate.similarities.items() if kind not in _OF_WORDS[query.kind]}
    return Candidate(item, left)


def _item(item: Item, missing: Missing) -> Item:
    """Leave out what a found report doesn't say; one without a photo keeps its words."""
    if item.kind is ReportKind.LOST:
        return item
    return replace(
        item,
        text="" if item.report in missing.captions and item.colours else item.text,
        place="" if item.report in missing.places else item.place,
        time_is_stated=item.time_is_stated and item.report not in missing.times,
    )
