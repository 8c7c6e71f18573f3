"""A budget of bytes: requests for more than is left wait, first come, first served."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class ByteBudget:
    """A limit on bytes held at the same time. A request for more than the whole budget gets all of it."""

    total: int
    _reserved: int = 0
    _waiting: deque[tuple[int, asyncio.Future[None]]] = field(default_factory=deque)

    @asynccontextmanager
    async def reserved(self, wanted: int) -> AsyncIterator[None]:
        """Wait until `wanted` bytes are free, and reserve them within the context."""
        amount = min(wanted, self.total)
        await self._acquire(amount)
        try:
            yield
        finally:
            self._release(amount)

    async def _acquire(self, amount: int) -> None:
        if not self._waiting and self._reserved + amount <= self.total:
            self._reserved += amount
            return
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((amount, granted))
        try:
            await granted
        except asyncio.CancelledError:
            if not granted.cancelled():  # granted at the same moment
                self._release(amount)
            self._next()
            raise

    def _release(self, amount: int) -> None:
        self._reserved -= amount
        self._next()

    def _next(self) -> None:
        while self._waiting and (self._waiting[0][1].cancelled() or self._reserved + self._waiting[0][0] <= self.total):
            amount, granted = self._waiting.popleft()
            if not granted.cancelled():
                self._reserved += amount
                granted.set_result(None)
