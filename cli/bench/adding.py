"""Adds reports during a benchmark, in a process of its own as a bot does."""

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from typing import Final

from cli.bench.filling import Filler, Tenant
from cli.servers import as_owner
from db.embedding_models import EmbeddingModel
from db.store import Store

_PER_SECOND: Final = 120
"""How many reports a second are added, if the machine can."""
_AT_ONCE: Final = 4
_STOPS_IN_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Target:
    """The database and the community to which reports are added."""

    database_url: str
    owner_database_url: str
    model: EmbeddingModel
    tenant: Tenant


class AddingProcess:
    """A process that adds reports, as its parent sees it."""

    def __init__(self, target: Target) -> None:
        context = multiprocessing.get_context("spawn")
        self._count = context.Value("q", 0)
        self._ready, self._stop = context.Event(), context.Event()
        given = (target, self._count, self._ready, self._stop)
        self._process = context.Process(target=_run, args=given, daemon=True)

    @property
    def count(self) -> int:
        """How many reports were added so far."""
        return int(self._count.value)

    def start(self) -> None:
        """Return once reports are being added."""
        self._process.start()
        while not self._ready.wait(1):
            if not self._process.is_alive():
                raise RuntimeError("The process that adds reports has ended.")

    def stop(self) -> None:
        self._stop.set()
        self._process.join(_STOPS_IN_SECONDS)
        self._process.kill()


@asynccontextmanager
async def adding_reports(target: Target) -> AsyncIterator[AddingProcess]:
    """Add reports in another process within the context."""
    process = AddingProcess(target)
    try:
        await asyncio.to_thread(process.start)
        yield process
    finally:
        await asyncio.to_thread(process.stop)


def _run(target: Target, count: "multiprocessing.sharedctypes.Synchronized[int]", ready: Event, stop: Event) -> None:
    asyncio.run(_add_until(target, count, ready, stop))


async def _add_until(
    target: Target, count: "multiprocessing.sharedctypes.Synchronized[int]", ready: Event, stop: Event
) -> None:
    async with (
        Store(target.database_url) as store,
        await as_owner(target.owner_database_url) as owner,
    ):
        filler = Filler(owner, target.model)
        await filler.add_one(store, target.tenant)
        ready.set()
        start = time.perf_counter()

        async def add() -> None:
            while not stop.is_set():
                await filler.add_one(store, target.tenant)
                count.value += 1
                await asyncio.sleep(max(0.0, start + count.value / _PER_SECOND - time.perf_counter()))

        async with asyncio.TaskGroup() as tasks:
            for _ in range(_AT_ONCE):
                tasks.create_task(add())
