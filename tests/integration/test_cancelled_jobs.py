"""A worker that ends while it follows a hint, or works without one, leaves nothing behind."""

import asyncio
from typing import Any, cast

import pytest
from redis.asyncio import Redis

from cli.servers import Servers
from db import queue
from db.cancellation import stop
from db.leases import WorkLease
from db.store import Store
from tests.support.posts import posted
from tests.support.waiting import PATIENCE, eventually
from workers.app import WorkerConfig, _arq_worker, _process_hints, _processing_without_hints, _run_all
from workers.leases import Leases


class Busy:
    """Never ends processing."""

    def __init__(self) -> None:
        self.began = asyncio.Event()

    async def process(self, _: WorkLease) -> str:
        self.began.set()
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_cancelled_job_leaves_no_key(store: Store, where: Servers) -> None:
    busy = Busy()
    await posted(store, "ours")
    async with queue.connect(store, where.redis_url, where.queue) as hints, Redis.from_url(where.redis_url) as redis:
        assert await hints.hint_due(silence=0) == 1
        config = WorkerConfig(connections=where.connections)
        worker = _arq_worker(config, Leases(store, 1, config.lease_seconds), cast("Any", busy))
        following = asyncio.create_task(_process_hints(worker))
        await asyncio.wait_for(busy.began.wait(), PATIENCE)
        assert await redis.keys("arq:*")
        await stop(following)
        assert await redis.keys() == []


async def test_all_that_is_done_without_hints_has_ended_before_its_worker_closes_what_it_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    under_way: set[int] = set()

    async def process(*_: object) -> None:
        number = len(under_way)
        under_way.add(number)
        try:
            await asyncio.Event().wait()
        finally:
            for _turn in range(10 * number):  # one takes longer than another to clean up
                await asyncio.sleep(0)
            under_way.remove(number)

    monkeypatch.setattr("workers.app._process_due", process)
    is_refused, nothing = asyncio.Event(), cast("Any", None)
    running = asyncio.create_task(_run_all(*_processing_without_hints(3, is_refused, nothing, nothing)))

    def all_have_begun() -> bool:
        is_refused.set()
        return len(under_way) == 3

    await eventually(all_have_begun)
    await stop(running)
    assert not under_way
