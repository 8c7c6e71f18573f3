"""A worker whose Redis goes away works on when it is back, without anyone starting it again."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from embedded import EmbeddedServers, Urls
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import open_world


@pytest.fixture(name="own")
def own_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Urls]:
    home: Path = tmp_path_factory.mktemp("own-redis")
    for folder in (home, *home.parents[:2]):
        folder.chmod(0o711)  # as root the servers run as another account, which must get through
    with EmbeddedServers(home / "home", durable=False) as own:
        yield own


@pytest.mark.slow
async def test_a_worker_outlives_its_redis(database_url: str, own: Urls) -> None:
    async def end_redis() -> None:
        async with Redis.from_url(own.redis_url) as redis:
            await redis.execute_command("SHUTDOWN", "NOSAVE")

    async with (
        open_world(database_url, own.redis_url) as world,
        working(database_url, own.redis_url, rehint_seconds=1),
    ):
        await world.found("f1", "red")
        await world.wait_until_idle()
        await asyncio.gather(end_redis(), return_exceptions=True)
        await world.lost("l1", "red cup")
        await eventually(lambda: world.platform.kinds("l1"))
    assert world.platform.kinds("l1")[0] == "first_reply"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("trouble", "remedy"),
    [("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"), ("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE")],
    ids=["out of memory", "read-only replica"],
)
async def test_a_redis_that_takes_no_writes_delays_answers_only(
    database_url: str, own: Urls, trouble: str, remedy: str
) -> None:
    async with (
        Redis.from_url(own.redis_url) as redis,
        open_world(database_url, own.redis_url) as world,
        working(database_url, own.redis_url, rehint_seconds=1),
    ):
        await redis.execute_command(*trouble.split())
        with pytest.raises(ResponseError):
            await redis.set("any", "thing")
        await world.found("f1", "red")
        await redis.execute_command(*remedy.split())
        await world.wait_until_idle()
    assert world.platform.kinds("f1") == ["nothing"]
