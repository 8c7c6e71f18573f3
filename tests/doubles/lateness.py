"""A platform that for a while answers late or breaks connections, and sends events late and twice."""

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Handler


@dataclass
class Lateness:
    """Calm until it begins; each answer and event is then delayed at random, so their order changes too."""

    chance: random.Random = field(default_factory=random.Random)
    longest: float = 0.0
    breaks: float = 0.0
    """The share of requests that take effect, and whose connection then breaks without an answer."""
    _ends: float = 0.0

    def begin(self, seconds: float, *, longest: float, breaks: float = 0.0) -> None:
        """For this many seconds, delay everything by up to `longest`."""
        self.longest, self.breaks, self._ends = longest, breaks, time.monotonic() + seconds

    @property
    def is_on(self) -> bool:
        return time.monotonic() < self._ends

    def waits(self) -> Iterator[float]:
        """Yield the delay of an event, and perhaps that of its repetition."""
        for _ in range(self.chance.randint(1, 2) if self.is_on else 1):
            yield self.chance.uniform(0, self.longest) if self.is_on else 0.0

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer late; the request has taken effect by then."""
        response = await handler(request)
        if self.is_on and not isinstance(response, web.WebSocketResponse):
            await asyncio.sleep(self.chance.uniform(0, self.longest))
            if self.chance.random() < self.breaks and request.transport:
                request.transport.abort()
        return response
