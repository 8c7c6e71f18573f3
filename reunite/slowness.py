"""Decides when to tell moderators that answers take too long, and that they no longer do: once each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

PAUSE: Final = timedelta(minutes=30)
"""After one slow phase has ended, moderators aren't notified of another for this long."""

Change = Literal["began", "ended"]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A workspace's posts that wait for their first answer, and what its moderators last heard about that."""

    number: int
    oldest: datetime | None
    slow_since: datetime | None
    slow_until: datetime | None

    def change(self, now: datetime, limit: timedelta) -> Change | None:
        """Return what moderators should be told now.

        It's over once nothing waits for half of `limit`: around the limit itself it would begin again and again.
        """
        waited = now - self.oldest if self.oldest else timedelta()
        if self.slow_since:
            return "ended" if waited < limit / 2 else None
        if waited < limit or (self.slow_until and now - self.slow_until < PAUSE):
            return None
        return "began"
