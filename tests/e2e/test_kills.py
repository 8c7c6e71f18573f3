"""Processes killed at every point of a post's way: after a new start the same matches, no reply twice."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.delivery import Delivery
from db.store import Store
from reunite.entities import Label
from tests.support.databases import Databases, empty_redis
from tests.support.dying_process import BOT_POINTS, WORKER_POINTS, FilePlatform, dying_process, read
from tests.support.keys import KEYS
from tests.support.services import background, working
from tests.support.waiting import PATIENCE, eventually
from tests.support.world import World, all_processed, silent_world

pytestmark = pytest.mark.slow

Delivered = tuple[list[tuple[str, str]], list[tuple[float, str | None]]]
UNDISTURBED_REDIS = 32
"""The first of the Redis databases of undisturbed runs, after those of the tests."""


async def outcome(world: World, file: Path) -> Delivered:
    """The threads' messages, in order within each, and the matches."""
    messages = sorted(((line["thread"], line["reply"]["kind"]) for line in read(file)), key=lambda message: message[0])
    async with world.store.session(world.workspace.community) as session:
        rows = await session._all("SELECT probability, label FROM match ORDER BY probability")
    return messages, [(round(row["probability"], 5), row["label"]) for row in rows]


@pytest.fixture(scope="module")
def undisturbed(databases: Databases, worker_number: int, tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    """What the posts come to where no process is killed."""
    file = tmp_path_factory.mktemp("undisturbed") / "messages"
    with databases.fresh() as owner_url:
        redis_url = empty_redis(databases.servers, UNDISTURBED_REDIS + worker_number)
        result = asyncio.run(posted_with_a_kill(None, databases.as_application(owner_url), redis_url, file))
    assert [kind for thread, kind in result[0] if thread == "l1"] == ["first_reply", "match"]
    assert [label for _, label in result[1]].count(Label.HIGH) == 1
    return result


@pytest.mark.parametrize("point", [*WORKER_POINTS, *BOT_POINTS])
async def test_a_kill_changes_nothing(
    point: str, database_url: str, redis_url: str, tmp_path: Path, undisturbed: Delivered
) -> None:
    assert await posted_with_a_kill(point, database_url, redis_url, tmp_path / "messages") == undisturbed


async def posted_with_a_kill(point: str | None, database_url: str, redis_url: str, file: Path) -> Delivered:
    """Post, let a worker or the bot kill itself at a point, let others take over, and return what came of it."""
    servers = database_url, redis_url, file
    async with silent_world(database_url, redis_url) as world:
        await world.found("f1", "red", "umbrella")
        await world.found("f2", "green")
        async with working_here(database_url, redis_url):
            await eventually(lambda: all_processed(world))
        await world.lost("l1", "my red umbrella")
        if point:
            await kill_at(point, world, *servers)
            async with Redis.from_url(redis_url) as redis:
                await redis.flushdb()
        async with working_here(database_url, redis_url), delivering_here(database_url, file):
            await world.wait_until_idle()
        return await outcome(world, file)


def working_here(database_url: str, redis_url: str) -> AbstractAsyncContextManager[object]:
    """Run a worker that isn't killed in the test's own process, which costs a fraction of one more."""
    return working(database_url, redis_url, lease_seconds=1, rehint_seconds=1)


@asynccontextmanager
async def delivering_here(database_url: str, file: Path) -> AsyncIterator[None]:
    """The same for a bot."""
    async with (
        Store(database_url, keys=KEYS) as store,
        background(Delivery(store, FilePlatform(file, "never"), lease_seconds=2).run()),
    ):
        yield


async def kill_at(point: str, world: World, database_url: str, redis_url: str, file: Path) -> None:
    servers = database_url, redis_url, file
    if point in BOT_POINTS:
        async with working_here(database_url, redis_url):
            await eventually(lambda: all_processed(world))
    role = "bot" if point in BOT_POINTS else "worker"
    async with dying_process(role, point, *servers) as dying:
        assert await asyncio.wait_for(dying.wait(), PATIENCE) == -signal.SIGKILL
