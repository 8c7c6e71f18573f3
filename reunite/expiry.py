"""The end of a report's time: its thread is told, and what is known of it is deleted."""

from datetime import datetime
from uuid import UUID

from reunite.entities import ReportState
from reunite.errors import TryAgainError
from reunite.messages import wording
from reunite.ports import Session


async def expire(session: Session, report: UUID, now: datetime) -> None:
    """End a report; a thread that still waits is told that nothing came. Once it has expired, nothing more happens.

    Raises TryAgainError where its author has made it last longer meanwhile.
    """
    await session.stop_work(report)
    known = (await session.lock({report})).get(report)
    if known is None or known.state is ReportState.EXPIRED:
        return
    if known.expires_at > now:
        raise TryAgainError("its time is not over any more")
    await session.purge(report, wording.ended(known.language))
    if known.state in {ReportState.PENDING, ReportState.OPEN}:
        await session.post(report, f"{report}:expired", wording.expired(known.language))
    if known.state is not ReportState.WITHDRAWN:
        await session.set_state(report, ReportState.EXPIRED)
