"""Discord's rate limits: a bucket for each kind of request and channel, and one for all requests."""

import re
import time
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Rule:
    request: re.Pattern[str]
    """Method and path; the first group is the channel."""
    bucket: str
    limit: int
    seconds: float


# The form is from developers/topics/rate-limits, "Header Format" and "Exceeding A Rate Limit" (read 2026-11-26).
# Discord documents no numbers for single routes, only that they differ: these are assumed.
RULES: Final = (
    Rule(re.compile(r"(?:PUT|DELETE) /channels/(\d+)/messages/\d+/reactions/"), "reactions", 1, 0.25),
    Rule(re.compile(r"POST /channels/(\d+)/messages$"), "send", 5, 5.0),
    Rule(re.compile(r"GET /channels/(\d+)/messages$"), "history", 5, 5.0),
    Rule(re.compile(r"PATCH /channels/(\d+)/messages/"), "edit", 5, 5.0),
    Rule(re.compile(r"DELETE /channels/(\d+)/messages/\d+$"), "delete", 5, 1.0),
)
_GLOBAL_LIMIT: Final = 50
"""Requests per second, answers to interactions excepted (https://docs.discord.com/developers/topics/rate-limits)."""
_UNLIMITED: Final = re.compile(r"[A-Z]{3,7} /(interactions|webhooks)/")


@dataclass(slots=True)
class _Window:
    limit: int
    seconds: float
    used: int = 0
    ends: float = 0.0

    def take(self, now: float) -> bool:
        if now >= self.ends:
            self.used, self.ends = 0, now + self.seconds
        self.used += 1
        return self.used <= self.limit


@dataclass(slots=True)
class RateLimits:
    """Counts requests, and refuses those that come too fast."""

    rules: tuple[Rule, ...] = RULES
    refused: list[str] = field(default_factory=list)
    """The requests that came too fast."""
    _windows: dict[tuple[str, str], _Window] = field(default_factory=dict)
    _all: _Window = field(default_factory=lambda: _Window(_GLOBAL_LIMIT, 1.0))

    def take(self, request: str) -> tuple[dict[str, str], dict[str, Any] | None]:
        """Count a request ("POST /channels/…"): return its response's headers, and the body of a refusal."""
        now = time.monotonic()
        if not _UNLIMITED.match(request) and not self._all.take(now):
            return {"X-RateLimit-Global": "true"}, self._refusal(request, self._all.ends - now, is_global=True)
        for rule in self.rules:
            if match := rule.request.match(request):
                window = self._windows.setdefault((rule.bucket, match[1]), _Window(rule.limit, rule.seconds))
                granted = window.take(now)
                left = window.ends - now
                headers = {
                    "X-RateLimit-Limit": str(rule.limit),
                    "X-RateLimit-Remaining": str(max(rule.limit - window.used, 0)),
                    "X-RateLimit-Reset": f"{time.time() + left:.3f}",
                    "X-RateLimit-Reset-After": f"{left:.3f}",
                    "X-RateLimit-Bucket": rule.bucket,
                }
                return headers, None if granted else self._refusal(request, left, is_global=False)
        return {}, None

    def _refusal(self, request: str, seconds: float, *, is_global: bool) -> dict[str, Any]:
        self.refused.append(request)
        return {"message": "You are being rate limited.", "retry_after": round(seconds, 3), "global": is_global}
