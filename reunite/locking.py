"""Locks of reports and of matches: until the transaction ends, nobody else changes what was read."""

from uuid import UUID

from reunite.entities import Match, Report
from reunite.errors import TellUserError, TryAgainError
from reunite.ports import Session


async def locked_report(session: Session, report: UUID) -> Report | None:
    """Return a report, locked; None if it isn't in this community."""
    return (await session.reports.lock({report})).get(report)


async def locked_match(session: Session, match_id: UUID, gone: str = "nothing_here") -> tuple[Match, Report, Report]:
    """Return a match with its lost and found report, both locked. Raises TellUserError(`gone`)."""
    match = await session.matches.get(match_id)
    if match is None:
        raise TellUserError(gone)
    lost, found = await lock_sides(session, match)
    return await session.matches.get(match_id) or match, lost, found  # others may have decided before the lock


async def lock_sides(session: Session, match: Match) -> tuple[Report, Report]:
    """Return the lost and the found report, locked."""
    locked = await session.reports.lock(match.reports)
    if len(locked) < 2:  # noqa: PLR2004 - a match has two sides
        raise TryAgainError("a workspace has moved to another community")
    return locked[match.lost], locked[match.found]
