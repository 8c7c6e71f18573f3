"""Which moderators read of a match: those of the found report's workspace, and of the lost report's if it's another."""

from collections.abc import Callable
from uuid import UUID

from reunite.entities import Report, ReportKind
from reunite.messages.keys import ReplyKey


def readers(
    key: Callable[[UUID, ReportKind], ReplyKey], subject: UUID, lost: Report, found: Report
) -> list[tuple[ReplyKey, Report]]:
    """Return each reply's key, and the report of the workspace whose moderators read it."""
    reports = [found] if lost.shares_workspace_with(found) else [found, lost]
    return [(key(subject, report.kind), report) for report in reports]
