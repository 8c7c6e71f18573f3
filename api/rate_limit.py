"""Rate limits: a token bucket for each client."""

import math
import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final

_MAX_CLIENTS: Final = 10_000
"""Clients whose buckets are kept; the least recently seen one is evicted first."""
_WINDOW_SECONDS: Final = 60.0


@dataclass
class RateLimiter:
    """Allows each client `per_minute` requests a minute, and a burst of the same size."""

    per_minute: int
    _buckets: OrderedDict[Hashable, tuple[float, float]] = field(default_factory=OrderedDict)
    """By client: the tokens left, and when they were counted."""

    def take(self, client: Hashable) -> int:
        """Count a request; return 0, or the seconds until the next one is allowed."""
        now = time.monotonic()
        left, at = self._buckets.pop(client, (float(self.per_minute), now))
        left = min(self.per_minute, left + (now - at) * self.per_minute / _WINDOW_SECONDS)
        is_allowed = left >= 1
        self._buckets[client] = (left - 1 if is_allowed else left, now)
        if len(self._buckets) > _MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return 0 if is_allowed else math.ceil((1 - left) * _WINDOW_SECONDS / self.per_minute)
