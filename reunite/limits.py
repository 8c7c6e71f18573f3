"""Limits on reports per member, and the estimated wait of a new report."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from reunite.entities import Report
from reunite.errors import TellUserError
from reunite.ports import Backlog, Session

_HOUR: Final = timedelta(hours=1)
RECENTLY: Final = timedelta(minutes=10)
"""How far back the pace of the work is measured."""
_LEAST_ANNOUNCED: Final = 120.0
"""Seconds; a shorter wait isn't worth a message."""


@dataclass(frozen=True, slots=True)
class HourlyLimit:
    """How many reports one member may make within an hour; None for any number."""

    most: int | None

    async def check(self, session: Session, report: Report, now: datetime) -> None:
        """Raise TellUserError if the author of a report has now made too many; a search counts as one more."""
        if self.most is None:
            return
        if await session.work.count_by_same_author(report.id, now - _HOUR) > self.most:
            raise TellUserError("too_many_reports", number=self.most)


def minutes_to_wait(backlog: Backlog) -> int | None:
    """Return in how many minutes a new report will be answered; None if that's soon, or unknown."""
    if backlog.seconds_each is None:
        return None
    seconds = backlog.queued * backlog.seconds_each
    return math.ceil(seconds / 60) if seconds > _LEAST_ANNOUNCED else None
