"""The rate limits of Discord, which the double keeps only where a test wants them."""

import re
from dataclasses import dataclass
from typing import Any, Final

from cli.bench.rate_limits import RULES, RateLimits, Rule

# Discord documents no number for it, but its window takes minutes:
# https://github.com/discord/discord-api-docs/issues/7816 saw a retry_after of 219 s.
_THREADS: Final = Rule(re.compile(r"POST /channels/(\d+)/(?:messages/\d+/)?threads$"), "threads", 50, 300.0)


@dataclass
class Limits(RateLimits):
    """Refuses requests that come too fast once `enforced`."""

    rules: tuple[Rule, ...] = (*RULES, _THREADS)
    enforced: bool = False

    def take(self, request: str) -> tuple[dict[str, str], dict[str, Any] | None]:
        return super().take(request) if self.enforced else ({}, None)
