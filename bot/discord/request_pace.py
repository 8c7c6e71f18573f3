"""Keeps all requests together within Discord's limit, which discord.py learns only by running into it.

See https://docs.discord.com/developers/topics/rate-limits, "Global Rate Limit", as of November 2026.
"""

import asyncio
from collections import deque
from types import SimpleNamespace
from typing import Final

import aiohttp
from discord.http import Route

MOST: Final = 45
"""Requests in a second. Discord takes 50; some arrive closer together than they were sent."""
_UNLIMITED: Final = ("/interactions/", "/webhooks/")
"""Answers to interactions don't count."""


class RequestPace:
    """Gives each request its moment: a second after the one that was `MOST` before it."""

    def __init__(self) -> None:
        self._moments: deque[float] = deque(maxlen=MOST)

    def reserve(self, now: float) -> float:
        """Return how many seconds the next request has to wait."""
        is_full = len(self._moments) == MOST
        at = max(now, self._moments[0] + 1.0) if is_full else now
        self._moments.append(at)
        return at - now

    def trace(self) -> aiohttp.TraceConfig:
        """Return what lets each request of a session wait for its moment."""

        async def wait(_: aiohttp.ClientSession, __: SimpleNamespace, params: aiohttp.TraceRequestStartParams) -> None:
            path = str(params.url).removeprefix(Route.BASE)
            if path.startswith("/") and not path.startswith(_UNLIMITED):
                await asyncio.sleep(self.reserve(asyncio.get_running_loop().time()))

        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(wait)
        return trace
