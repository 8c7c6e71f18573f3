"""Hints reach a worker through real Redis, as JSON, and are never in anybody's way."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from arq.connections import ArqRedis
from arq.constants import job_key_prefix
from redis.asyncio import Redis

from db import queue
from db.queue import ArqQueue
from db.store import Store
from reunite.commands import JoinWorkspace, ReportFound
from reunite.entities import Member, ReplyTarget
from reunite.handlers import Handlers
from reunite.ports import Queue
from tests.support.waiting import PATIENCE

NAME = "hints"


@dataclass
class World:
    """A report whose work is due, and a queue to hint at it."""

    store: Store
    hints: ArqQueue
    work: UUID
    redis: Redis

    async def jobs(self) -> dict[str, bytes]:
        """Return what Redis holds, by the job's id."""
        ids = [job.decode() for job in await self.redis.zrange(NAME, 0, -1)]
        return {identifier: await self.redis.get(job_key_prefix + identifier) for identifier in ids}


class Nowhere:
    """A queue that keeps its hints."""

    def __init__(self) -> None:
        self.hinted: list[UUID] = []

    async def hint(self, work: UUID) -> None:
        self.hinted.append(work)


async def due_work(store: Store) -> UUID:
    nowhere = Nowhere()
    handlers = Handlers(store, nowhere)
    await handlers.join(JoinWorkspace("web", "w", "w"))
    target = ReplyTarget("web", "w", "found", "1")
    await handlers.report(ReportFound(source_key="1", target=target, author=Member("a", "Ann"), text="a secret word"))
    [work] = nowhere.hinted
    return work


@pytest.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with (
        Store(database_url) as store,
        queue.connect(store, redis_url, NAME) as hints,
        Redis.from_url(redis_url) as redis,
    ):
        yield World(store, hints, await due_work(store), redis)


async def test_it_is_the_queue_that_the_domain_asks_for(world: World) -> None:
    asked_for: Queue = world.hints
    await asked_for.hint(world.work)
    assert len(await world.jobs()) == 1


async def test_a_job_is_json_that_names_the_work_and_nothing_else(world: World) -> None:
    await world.hints.hint(world.work)
    [job] = (await world.jobs()).values()
    answer = json.loads(job)
    assert answer["f"] == queue.JOB
    assert answer["a"] == [{"v": queue.PAYLOAD_VERSION, "work": str(world.work)}]
    assert answer["k"] == {}
    assert b"secret" not in job
    assert queue.deserialize(job) == answer


@pytest.mark.parametrize("data", [b"cos\nsystem\n(S'true'\ntR.", b"\x80\x04K*.", b""])
def test_a_pickle_is_never_read(data: bytes) -> None:
    with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
        queue.deserialize(data)


async def test_new_work_is_hinted_at_once_and_each_hint_of_the_sweep_is_a_job_of_its_own(world: World) -> None:
    for _ in range(2):
        await world.hints.hint(world.work)
        await world.hints.hint_due(silence=0)
    assert list(await world.jobs()) == [f"{world.work}:{number}" for number in (1, 2, 3)]


async def test_what_was_not_hinted_at_for_a_while_is_hinted_at_again(world: World) -> None:
    await world.hints.hint(world.work)
    assert await world.hints.hint_due(silence=3600) == 0
    assert await world.hints.hint_due(silence=0) == 1
    assert list(await world.jobs()) == [f"{world.work}:1", f"{world.work}:2"]


async def test_connections_that_redis_has_cut_are_opened_again(world: World) -> None:
    await world.hints.hint(world.work)
    await world.redis.client_kill_filter(_type="normal", skipme=True)
    await world.hints.hint_due(silence=0)
    await world.hints.hint_due(silence=0)
    assert f"{world.work}:3" in await world.jobs()


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


async def test_a_redis_that_is_away_or_hangs_is_no_error_and_costs_no_hint(
    world: World, silent: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "REDIS_TIMEOUT_SECONDS", 0.1)
    for away in (ArqRedis(unix_socket_path=str(tmp_path / "none")), ArqRedis(host="127.0.0.1", port=silent)):
        async with away:
            hints = ArqQueue(world.store, away, NAME)
            await hints.hint(world.work)
            assert await hints.hint_due(silence=0) == 0, "a hint that wasn't sent is counted"
            hints.is_refused.clear()
            await hints.hint_due(silence=3600)
            assert hints.is_refused.is_set(), "due work waits for a hint that Redis hasn't taken"
    assert await world.hints.hint_due(silence=0) == 1
    assert list(await world.jobs()) == [f"{world.work}:6"]


async def test_a_redis_that_hangs_holds_up_no_work_whose_hint_is_taken(
    silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "REDIS_TIMEOUT_SECONDS", 0.1)
    async with ArqRedis(host="127.0.0.1", port=silent) as hangs, asyncio.timeout(PATIENCE):
        await queue.take(hangs, "a job")
