"""What is said where a member reports much, or where there is much to do before a new report."""

import math
from datetime import timedelta
from typing import Final

from reunite.errors import TellUserError
from reunite.ports import Backlog

HOUR: Final = timedelta(hours=1)
RECENTLY: Final = timedelta(minutes=10)
"""How far back the pace of the work is looked up."""
_SAID_FROM: Final = 120.0
"""Seconds: of a shorter wait nobody needs to hear."""


def check_pace(reports: int, most: int | None) -> None:
    """Raise TellUserError where a member has reported more than `most` things within an hour."""
    if most is not None and reports > most:
        raise TellUserError("too_many_reports", number=most)


def minutes_to_wait(backlog: Backlog) -> int | None:
    """Return in how many minutes a new report will be answered; None where that's soon, or can't be told."""
    if backlog.seconds_each is None:
        return None
    seconds = backlog.queued * backlog.seconds_each
    return math.ceil(seconds / 60) if seconds > _SAID_FROM else None
