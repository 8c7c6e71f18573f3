"""Reports that say whose they are in everything that is a member's."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from reunite.entities import Member, ReplyTarget, Report, ReportKind, ReportState

NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)


def marked(kind: ReportKind, number: int) -> Report:
    return Report(
        UUID(int=number),
        UUID(int=9),
        kind,
        ReportState.OPEN,
        Member(f"{kind}-id", f"{kind}-author"),
        f"{kind}-text",
        f"{kind}-place",
        NOW,
        ReplyTarget("web", "here", kind, "1"),
        NOW,
        NOW,
        details=f"{kind}-details",
    )


LOST: Final = marked(ReportKind.LOST, 1)
FOUND: Final = marked(ReportKind.FOUND, 2)
