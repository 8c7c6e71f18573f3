"""Runs work in parallel, or alone if it may kill the process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Slots:
    """Runs at most `at_once` tasks in parallel; one that must run alone waits for the others, and they wait for it."""

    at_once: int
    _free: asyncio.Semaphore = field(init=False)
    _taking_all: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.at_once)

    @asynccontextmanager
    async def slot(self, *, alone: bool = False) -> AsyncIterator[None]:
        """Hold one slot, or all of them, within the context."""
        async with AsyncExitStack() as held:
            if alone:
                await held.enter_async_context(self._taking_all)  # two tasks that take all slots would deadlock
            for _ in range(self.at_once if alone else 1):
                await held.enter_async_context(self._free)
            yield
