"""The rate limits of Discord that the bot may reach: buckets by route and channel, and one for all."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

# The form is from developers/topics/rate-limits, "Header Format" and "Exceeding A Rate Limit" (read 2026-11-26).
# Discord documents no numbers for single routes, only that they differ: these are assumed.
_RULES = (
    (re.compile(r"(?:PUT|DELETE) /channels/(\d+)/messages/\d+/reactions/"), "reactions", 1, 0.25),
    (re.compile(r"POST /channels/(\d+)/messages$"), "send", 5, 5.0),
    (re.compile(r"GET /channels/(\d+)/messages$"), "history", 5, 5.0),
    (re.compile(r"PATCH /channels/(\d+)/messages/"), "edit", 5, 5.0),
    (re.compile(r"DELETE /channels/(\d+)/messages/\d+$"), "delete", 5, 1.0),
)
"""Routes, their bucket's name, and how many requests a channel takes in how many seconds."""
# developers/topics/rate-limits, "Global Rate Limit": 50 requests per second, interactions excepted (read 2026-11-26).
_ALL = 50
"""Requests in a second, all routes together; answers to interactions don't count."""


@dataclass
class _Window:
    most: int
    seconds: float
    used: int = 0
    ends: float = 0.0

    def take(self, now: float) -> bool:
        if now >= self.ends:
            self.used, self.ends = 0, now + self.seconds
        self.used += 1
        return self.used <= self.most


@dataclass
class Limits:
    """Counts requests; refuses those that come too fast once `enforced`."""

    enforced: bool = False
    refused: list[str] = field(default_factory=list)
    """The requests that came too fast."""
    _windows: dict[tuple[str, str], _Window] = field(default_factory=dict)
    _all: _Window = field(default_factory=lambda: _Window(_ALL, 1.0))

    def take(self, what: str) -> tuple[dict[str, str], Json | None]:
        """Count a request ("POST /channels/…"); return its bucket's headers, and the body of a refusal or None."""
        if not self.enforced:
            return {}, None
        now = time.monotonic()
        if "/interactions/" not in what and "/webhooks/" not in what and not self._all.take(now):
            return {"X-RateLimit-Global": "true"}, self._refuse(what, self._all.ends - now, everything=True)
        for pattern, name, most, seconds in _RULES:
            if found := pattern.match(what):
                window = self._windows.setdefault((name, found[1]), _Window(most, seconds))
                granted = window.take(now)
                left = window.ends - now
                headers = {
                    "X-RateLimit-Limit": str(most),
                    "X-RateLimit-Remaining": str(max(most - window.used, 0)),
                    "X-RateLimit-Reset": f"{time.time() + left:.3f}",
                    "X-RateLimit-Reset-After": f"{left:.3f}",
                    "X-RateLimit-Bucket": name,
                }
                return headers, None if granted else self._refuse(what, left, everything=False)
        return {}, None

    def _refuse(self, what: str, seconds: float, *, everything: bool) -> Json:
        self.refused.append(what)
        return {"message": "You are being rate limited.", "retry_after": round(seconds, 3), "global": everything}
