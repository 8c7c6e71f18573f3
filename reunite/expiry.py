"""Expires reports: says so in the thread, purges the report, and later forgets what remains of it."""

from datetime import datetime
from uuid import UUID

from reunite import rules
from reunite.claim_endings import locked_with_claims, tell_others
from reunite.entities import ReportState
from reunite.errors import TryAgainError
from reunite.locking import locked_report
from reunite.messages import keys, wording
from reunite.ports import Session


async def expire(session: Session, report: UUID, now: datetime) -> None:
    """End a report, and say so in a thread that still waits. Idempotent.

    Raises TryAgainError if its author has extended it meanwhile.
    """
    await session.work.stop(report)
    expiring, claimed = await locked_with_claims(session, report)
    if expiring is None or expiring.state is ReportState.EXPIRED:
        return
    if expiring.state is ReportState.LOOK:
        await session.looks.remove(report)
        return
    if expiring.expires_at > now:
        raise TryAgainError("it was extended")
    await session.deletion.purge(report, wording.ended_post(expiring))
    if not expiring.sample:
        await tell_others(session, claimed)
    if expiring.state in rules.IN_PROGRESS and not (expiring.sample or expiring.quiet):
        said = wording.expired(expiring.language, expiring.kind)
        await session.outbox.post(report, keys.expired(report), said)
    if expiring.state is not ReportState.WITHDRAWN:
        await session.reports.set_state(report, ReportState.EXPIRED)


async def clear_remains(session: Session, report: UUID) -> None:
    """Delete what remains of a purged report, once that is due. Idempotent."""
    await session.work.stop(report)
    if await locked_report(session, report):
        await session.deletion.clear_remains(report)
