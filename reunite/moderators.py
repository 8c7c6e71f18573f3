"""The moderators of a match: who decided it, and whether and in which workspaces they read about it."""

from collections.abc import Callable
from uuid import UUID

from reunite import rules
from reunite.entities import Match, Report, ReportKind
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Person
from reunite.ports import Session


async def deciding_moderator(session: Session, match: Match) -> Person | None:
    """Return the moderator whose verdict counts; None if no verdict is in force."""
    if verdicts := rules.in_force(await session.verdicts.of(match.id)):
        latest = verdicts[-1]
        return Person.of(latest.account, latest.name)
    return None


async def can_be_told(session: Session, report: Report) -> bool:
    """Return whether the moderators of a report's workspace have a channel, without which they hear of nothing."""
    settings = await session.workspaces.settings_for(report.id)
    return settings.log_channel is not None


def readers(
    key: Callable[[UUID, ReportKind], ReplyKey], subject: UUID, lost: Report, found: Report
) -> list[tuple[ReplyKey, Report]]:
    """Return each reply's key, and the report whose workspace's moderators read it.

    They are those of the found report, and those of the lost report if its workspace is another.
    """
    reports = [found] if lost.shares_workspace_with(found) else [found, lost]
    return [(key(subject, report.kind), report.for_others()) for report in reports]
