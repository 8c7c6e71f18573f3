"""The end of a report's time: its thread is told, and what is known of it is deleted."""

from uuid import UUID

from reunite import wording
from reunite.model import ReportState
from reunite.ports import Session


async def expire(session: Session, report: UUID) -> None:
    """End a report; one whose thing came back keeps its state. A thread that still waits is told that nothing came."""
    known = (await session.lock({report})).get(report)
    await session.purge(report)
    if known and known.state in {ReportState.PENDING, ReportState.OPEN}:
        await session.set_state(report, ReportState.EXPIRED)
        await session.post(report, f"{report}:expired", wording.expired())
