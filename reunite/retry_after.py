"""Reads Retry-After headers."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from reunite.errors import LONGEST_PAUSE


def seconds_to_wait(value: str | None) -> float | None:
    """Read a Retry-After header, which holds seconds or a date (RFC 9110, 10.2.3); None if it makes no sense.

    No server makes us wait longer than LONGEST_PAUSE.
    """
    try:
        seconds = float(value or "")
    except ValueError:
        seconds = _until(value or "")
    return min(max(0.0, seconds), LONGEST_PAUSE) if math.isfinite(seconds) else None


def _until(date: str) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, TypeError, OverflowError):
        return math.nan
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
