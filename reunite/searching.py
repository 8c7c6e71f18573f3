"""A report's search: find candidates, score them, and announce what came up, in one transaction."""

from collections.abc import Sequence
from uuid import UUID

from reunite.announce import announce, announce_sealed
from reunite.entities import PhotoState, Report, ReportKind, ReportState
from reunite.matching.evidence import MAX_CANDIDATES
from reunite.matching.scoring import ScoredCandidate, score
from reunite.matching.weights import ScoringModel
from reunite.ports import Session


async def search_and_announce(
    session: Session, report_id: UUID, model: ScoringModel, *, is_complete: bool
) -> Sequence[ScoredCandidate] | None:
    """Search for an open report's matches and return the candidates, None where there was no search.

    A complete report that has no text and no usable photo is withdrawn.
    """
    report = await session.reports.get(report_id)
    if report is None or report.state is not ReportState.OPEN:
        return None
    if not await _is_searchable(session, report):
        if is_complete:
            await session.reports.set_state(report.id, ReportState.WITHDRAWN)
        return None
    search = await session.candidates.search(report, MAX_CANDIDATES)
    scored = score(search, model)
    await announce(session, report, search, scored, percent=model.calibrated)
    if report.kind is ReportKind.LOST and await session.reports.has_sealed():
        sealed = await session.candidates.search(report, MAX_CANDIDATES, sealed=True)
        await announce_sealed(session, report, score(sealed, model), percent=model.calibrated)
    return scored


async def _is_searchable(session: Session, report: Report) -> bool:
    return bool(report.text) or any(photo.state is PhotoState.STORED for photo in await session.photos.of(report.id))
