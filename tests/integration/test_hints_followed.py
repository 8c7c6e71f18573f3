"""A hint leaves Redis as soon as a worker follows it: arq would ask about it ten times a second until it's done."""

import asyncio

import pytest
from redis.asyncio import Redis

from db.leases import WorkLease
from tests.support.services import working
from tests.support.waiting import PATIENCE, eventually
from tests.support.world import open_world
from workers.process import Processor, WorkOutcome


async def test_a_hint_leaves_the_queue_while_it_is_followed(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()
    process = Processor.process

    async def held(processor: Processor, lease: WorkLease) -> WorkOutcome:
        begun.set()
        await may_end.wait()
        return await process(processor, lease)

    monkeypatch.setattr(Processor, "process", held)
    async with (
        open_world(database_url, redis_url) as world,
        working(database_url, redis_url, lease_seconds=600, rehint_seconds=600),
        Redis.from_url(redis_url) as redis,
    ):
        await world.found("f1", "red")
        async with asyncio.timeout(PATIENCE):
            await begun.wait()
        assert [queue async for queue in redis.scan_iter(_type="zset")] == []
        may_end.set()
        assert await eventually(lambda: world.platform.kinds("f1")) == ["nothing"]
