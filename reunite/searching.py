"""A report's search: find candidates, score them, and announce what came up, in one transaction."""

from uuid import UUID

from reunite.announce import announce, announce_sealed
from reunite.entities import PhotoState, Report, ReportKind, ReportState
from reunite.matching.evidence import MAX_CANDIDATES
from reunite.matching.scoring import score
from reunite.matching.weights import ScoringModel
from reunite.ports import Session


async def search_and_announce(session: Session, report_id: UUID, model: ScoringModel, *, is_complete: bool) -> None:
    """Search for an open report's matches; withdraw a complete report that has no text and no usable photo."""
    report = await session.report(report_id)
    if report is None or report.state is not ReportState.OPEN:
        return
    if not await _is_searchable(session, report):
        if is_complete:
            await session.set_state(report.id, ReportState.WITHDRAWN)
        return
    search = await session.search(report, MAX_CANDIDATES)
    await announce(session, report, search, score(search, model), percent=model.calibrated)
    if report.kind is ReportKind.LOST and await session.has_sealed():
        sealed = await session.search(report, MAX_CANDIDATES, sealed=True)
        await announce_sealed(session, report, score(sealed, model), percent=model.calibrated)


async def _is_searchable(session: Session, report: Report) -> bool:
    return bool(report.text) or any(photo.state is PhotoState.STORED for photo in await session.photos(report.id))
