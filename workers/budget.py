"""A budget of bytes: requests for more than is left wait, first come, first served."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class ByteBudget:
    """Bytes that may be held at the same time. A request for more than the whole budget gets all of it."""

    total: int
    _taken: int = 0
    _waiting: deque[tuple[int, asyncio.Future[None]]] = field(default_factory=deque)

    @asynccontextmanager
    async def taken(self, wanted: int) -> AsyncIterator[None]:
        """Hold the wanted bytes, once they are free."""
        amount = min(wanted, self.total)
        await self._take(amount)
        try:
            yield
        finally:
            self._give_back(amount)

    async def _take(self, amount: int) -> None:
        if not self._waiting and self._taken + amount <= self.total:
            self._taken += amount
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((amount, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it was granted in the same moment
                self._give_back(amount)
            self._next()
            raise

    def _give_back(self, amount: int) -> None:
        self._taken -= amount
        self._next()

    def _next(self) -> None:
        while self._waiting and (self._waiting[0][1].cancelled() or self._taken + self._waiting[0][0] <= self.total):
            amount, turn = self._waiting.popleft()
            if not turn.cancelled():
                self._taken += amount
                turn.set_result(None)
