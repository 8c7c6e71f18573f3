"""The rate limits of Discord, which the double keeps only where a test wants them."""

from dataclasses import dataclass
from typing import Any

from cli.bench.rate_limits import RateLimits


@dataclass
class Limits(RateLimits):
    """Refuses requests that come too fast once `enforced`."""

    enforced: bool = False

    def take(self, request: str) -> tuple[dict[str, str], dict[str, Any] | None]:
        return super().take(request) if self.enforced else ({}, None)
