"""Processes killed at every point of a post's way: after a new start the same matches, no reply twice."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from db import queue
from db.store import Store
from reunite.commands import JoinWorkspace
from reunite.handlers import Handlers
from tests.doubles.recording_platform import RecordingPlatform
from tests.support.dying_process import BOT_POINTS, WORKER_POINTS, read
from tests.support.waiting import eventually
from tests.support.world import World

pytestmark = pytest.mark.slow


@asynccontextmanager
async def process(
    role: str, point: str, database_url: str, redis_url: str, file: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker or bot, ended with the block."""
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.dying_process", role, point, database_url, redis_url, str(file)
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


@asynccontextmanager
async def silent_world(database_url: str, redis_url: str) -> AsyncIterator[World]:
    """A community whose worker and bot are processes that the test starts."""
    async with Store(database_url) as store, queue.connect(store, redis_url, "reunite") as hints:
        handlers = Handlers(store, hints)
        workspace = await handlers.join(JoinWorkspace("web", "world", "world"))
        yield World(store, handlers, workspace, RecordingPlatform())


async def outcome(world: World, file: Path) -> tuple[list[tuple[str, str]], list[tuple[float, str | None]]]:
    """The threads' messages, in order within each, and the matches."""
    messages = sorted(((line["thread"], line["reply"]["kind"]) for line in read(file)), key=lambda each: each[0])
    async with world.store.session(world.workspace.community) as session:
        rows = await session._all("SELECT probability, label FROM match ORDER BY probability")
    return messages, [(round(row["probability"], 5), row["label"]) for row in rows]


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, object]:
    """What the story comes to where nobody is killed; filled by the first test."""
    return {}


@pytest.mark.parametrize("point", ["never", *WORKER_POINTS, *BOT_POINTS])
async def test_a_kill_changes_nothing(
    point: str, database_url: str, redis_url: str, tmp_path: Path, undisturbed: dict[str, object]
) -> None:
    file = tmp_path / "messages"
    servers = database_url, redis_url, file
    async with silent_world(database_url, redis_url) as world:
        await world.found("f1", "red", "umbrella")
        await world.found("f2", "green")
        async with process("worker", "never", *servers):
            await eventually(lambda: unfinished(world, 0))
        await world.lost("l1", "my red umbrella")
        role = "worker" if point in WORKER_POINTS else "bot"
        if point != "never":
            if role == "bot":
                async with process("worker", "never", *servers):
                    await eventually(lambda: unfinished(world, 0))
            async with process(role, point, *servers) as dying:
                assert await asyncio.wait_for(dying.wait(), 60) == -9
            async with Redis.from_url(redis_url) as redis:
                await redis.flushdb()
        async with process("worker", "never", *servers), process("bot", "never", *servers):
            await world.quiet()
        result = await outcome(world, file)
    assert [kind for thread, kind in result[0] if thread == "l1"] == ["answer", "match"]
    if point == "never":
        undisturbed["result"] = result
    assert result == undisturbed.get("result", result)


async def unfinished(world: World, most: int) -> bool:
    async with world.store.session(world.workspace.community) as session:
        return await session.unfinished_work() <= most
