"""A time zone in which it's another day than in UTC, at any hour."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def far_zone() -> str:
    """Return a zone whose day isn't UTC's."""
    return "Etc/GMT+12" if datetime.now(UTC).hour < 12 else "Pacific/Kiritimati"


def day_in(zone: str, *, ago: int = 0) -> date:
    """Return the day that it is in a zone, or was some days ago."""
    return datetime.now(ZoneInfo(zone)).date() - timedelta(days=ago)
