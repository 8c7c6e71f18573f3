"""Runs work in parallel, or one piece alone if it may kill the process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Slots:
    """Runs at most `at_once` pieces in parallel. A piece that runs alone waits for all others, and they wait for it."""

    at_once: int
    _free: asyncio.Semaphore = field(init=False)
    _first: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.at_once)

    @asynccontextmanager
    async def slot(self, *, alone: bool = False) -> AsyncIterator[None]:
        """Wait for a place, or for all of them."""
        async with AsyncExitStack() as held:
            if alone:
                await held.enter_async_context(self._first)  # two that wait for all would wait for each other
            for _ in range(self.at_once if alone else 1):
                await held.enter_async_context(self._free)
            yield
