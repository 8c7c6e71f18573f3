"""Locks of reports and of matches: until the transaction ends, nobody else changes what was read."""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from reunite import rights
from reunite.commands import Press
from reunite.entities import Match, Report, ReportKind, ReportState
from reunite.errors import TellUserError, TryAgainError
from reunite.ports import Session

_ENDED: Final[Mapping[ReportState, str]] = {
    ReportState.RETURNED: "closed_returned",
    ReportState.WITHDRAWN: "ended",
    ReportState.EXPIRED: "ended",
}
"""What to say of a report that has ended: its buttons stay wherever they were shown."""


async def locked_report(session: Session, report: UUID) -> Report | None:
    """Return a report, locked; None if it isn't in this community."""
    return (await session.reports.lock({report})).get(report)


async def pressed_report(session: Session, press: Press, states: Collection[ReportState], *kinds: ReportKind) -> Report:
    """Return the report that a press is about, locked. Raises TellUserError as `checked` does."""
    return checked(press, await locked_report(session, press.subject), states, *kinds)


def checked(press: Press, report: Report | None, states: Collection[ReportState], *kinds: ReportKind) -> Report:
    """Return the report that a press is about, of one of these kinds, if any is given.

    Raises TellUserError if it's gone or has ended, or the member may not do that.
    """
    if report is None or (kinds and report.kind not in kinds):
        raise TellUserError("nothing_here")
    if report.state not in states:
        raise TellUserError(_ENDED.get(report.state, "nothing_here"))
    rights.check_press(press, report)
    return report


async def locked_match(session: Session, match_id: UUID, gone: str = "nothing_here") -> tuple[Match, Report, Report]:
    """Return a match with its lost and found report, both locked. Raises TellUserError(`gone`)."""
    match = await session.matches.get(match_id)
    if match is None:
        raise TellUserError(gone)
    lost, found = await lock_sides(session, match)
    now = await session.matches.get(match_id)  # others may have decided before the lock, or turned a report
    if now is None:
        raise TellUserError(gone)
    return now, lost, found


async def lock_sides(session: Session, match: Match) -> tuple[Report, Report]:
    """Return the lost and the found report, locked."""
    locked = await session.reports.lock(match.reports)
    if len(locked) < 2:  # noqa: PLR2004 - a match has two sides
        raise TryAgainError("a workspace has moved to another community")
    return locked[match.lost], locked[match.found]
