"""A worker that ends while it follows a hint leaves nothing of it in Redis."""

import asyncio
from typing import Any, cast

from redis.asyncio import Redis

from cli.servers import Servers
from db import queue
from db.cancellation import stop
from db.leases import WorkLease
from db.store import Store
from tests.support.posts import posted
from tests.support.waiting import PATIENCE
from workers.app import WorkerConfig, _arq_worker, _process_hints
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
