"""A worker whose Redis goes away works on when it is back, without anyone starting it again."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from cli import redis_check
from cli.servers import Servers
from embedded import Urls
from tests.support.databases import empty_redis
from tests.support.embedded import open_folder, open_home, servers_of
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import open_world

folder_fixture = pytest.fixture(open_folder, scope="module", name="folder")
folder_of_one_fixture = pytest.fixture(open_folder, name="folder_of_one")


@pytest.fixture(scope="module")
def own_servers(folder: Path) -> Iterator[Urls]:
    with servers_of(open_home(folder)) as own:
        yield own


@pytest.fixture
def own(own_servers: Urls) -> Urls:
    """The same, with an empty Redis."""
    empty_redis(own_servers, 0)
    return own_servers


@pytest.mark.slow
async def test_a_worker_outlives_its_redis(database_url: str, own: Urls) -> None:
    async def end_redis() -> None:
        async with Redis.from_url(own.redis_url) as redis:
            await redis.execute_command("SHUTDOWN", "NOSAVE")

    async with (
        open_world(database_url, own.redis_url) as world,
        working(database_url, own.redis_url, rehint_seconds=600),
    ):
        await world.found("f1", "red")
        await world.wait_until_idle()
        await asyncio.gather(end_redis(), return_exceptions=True)
        await world.lost("l1", "red cup")
        await eventually(lambda: world.platform.kinds("l1"))
    assert world.platform.kinds("l1")[0] == "first_reply"


async def refuse_keys_of_jobs(redis: Redis) -> None:
    await redis.execute_command("ACL", "SETUSER", "default", "resetkeys", "~queue*")  # type: ignore[no-untyped-call]


async def refuse_the_queue(redis: Redis) -> None:
    await redis.execute_command("ACL", "SETUSER", "default", "resetkeys", "~arq:*")  # type: ignore[no-untyped-call]


async def fail_to_save(redis: Redis) -> None:
    folder = Path((await redis.config_get("dir"))["dir"])
    name = (await redis.config_get("dbfilename"))["dbfilename"]
    (folder / name).unlink(missing_ok=True)
    (folder / name / "in its place").mkdir(parents=True)
    await redis.config_set("save", "3600 1")
    await redis.bgsave()

    async def has_failed() -> bool:
        return bool((await redis.info("persistence"))["rdb_last_bgsave_status"] == "err")

    await eventually(has_failed)


@pytest.mark.parametrize(
    ("fail", "found"),
    [(refuse_keys_of_jobs, "key"), (refuse_the_queue, "key"), (fail_to_save, "MISCONF")],
    ids=["no right to jobs", "no right to the queue", "failed snapshot"],
)
async def test_the_doctor_says_that_a_redis_takes_no_hints(
    folder_of_one: Path, fail: Callable[[Redis], Awaitable[None]], found: str
) -> None:
    with servers_of(open_home(folder_of_one)) as own:
        where = Servers("", "", own.redis_url, "queue")
        assert (await redis_check.look(where)).ok
        async with Redis.from_url(own.redis_url, decode_responses=True) as redis:
            await fail(redis)
        finding = await redis_check.look(where)
    assert finding.ok is False
    assert found in finding.found
    assert finding.remedy.startswith("It accepts no hints")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("trouble", "remedy"),
    [("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"), ("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE")],
    ids=["out of memory", "read-only replica"],
)
async def test_what_is_posted_is_answered_while_redis_takes_no_writes(
    database_url: str, own: Urls, trouble: str, remedy: str
) -> None:
    async with (
        Redis.from_url(own.redis_url) as redis,
        open_world(database_url, own.redis_url) as world,
        working(database_url, own.redis_url, rehint_seconds=1),
    ):
        await redis.execute_command(*trouble.split())
        finding = await redis_check.look(Servers("", "", own.redis_url, "queue"))
        assert finding.ok is False
        assert "maxmemory" in finding.remedy
        await world.found("f1", "red")
        await world.wait_until_idle()
        assert world.platform.kinds("f1") == ["nothing"]
        await redis.execute_command(*remedy.split())
