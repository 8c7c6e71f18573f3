"""Compares the photos of a labelled set in detail, for more pairs than a worker would.

An evaluation leaves reports out, so it needs pairs that no search of the whole set returns.
"""

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from cli.progress import progress_bar
from cli.trial import Trial
from db.photo_details import PhotoPair
from reunite.entities import ReportKind
from reunite.matching.detail_candidates import nearest_by_photo
from reunite.matching.evidence import MAX_CANDIDATES
from workers.detail_comparison import DetailComparer, compare, load_details, pairs_of, stored_copies

_MAX: Final = {ReportKind.LOST: 24, ReportKind.FOUND: 8}
"""How many candidates of each report, the most similar by photo, are compared with it."""
_AT_ONCE: Final = 24


async def compare_details(trial: Trial, reports: Sequence[UUID]) -> None:
    """Compare and keep details, if the packages for it are installed."""
    details = await asyncio.to_thread(load_details)
    if details is None:
        return
    pairs = await _pairs(trial, reports)
    with progress_bar("compared photos", len(pairs)) as progress:
        for start in range(0, len(pairs), _AT_ONCE):
            await _compare(trial, details, pairs[start : start + _AT_ONCE])
            progress(min(start + _AT_ONCE, len(pairs)))


async def _pairs(trial: Trial, reports: Sequence[UUID]) -> list[PhotoPair]:
    """Return what the worker hasn't compared, the photos of a lost report next to each other."""
    pairs: set[PhotoPair] = set()
    for posted in reports:
        async with trial.session() as session:
            report = await session.reports.get(posted)
            if report is None or not await session.photos.of(posted):
                continue
            search = await session.candidates.search(report, MAX_CANDIDATES)
            nearest = nearest_by_photo(search.candidates, _MAX[report.kind])
            pairs.update(await session.photo_details.not_compared(pairs_of(report, nearest)))
    return sorted(pairs, key=lambda pair: (pair.lost_photo, pair.found_photo))


async def _compare(trial: Trial, details: DetailComparer, pairs: Sequence[PhotoPair]) -> None:
    async with trial.session() as session:
        copies = await stored_copies(session, pairs)
    compared = await asyncio.to_thread(compare, details, pairs, copies)
    async with trial.session() as session:
        await session.photo_details.save(compared)
