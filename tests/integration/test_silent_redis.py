"""A Redis whose host has vanished without a word: its connections stay open, and nothing answers any more."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from arq.worker import Worker
from redis.exceptions import TimeoutError as RedisTimeoutError
from structlog.testing import capture_logs

from cli import redis_check
from cli.servers import Servers
from db import queue
from tests.support.services import working
from tests.support.silent_proxy import SilentProxy, proxy_of_socket
from tests.support.waiting import eventually
from tests.support.world import open_world
from workers.app import _process_hints

Proxied = tuple[SilentProxy, str]


@pytest.fixture
async def proxied(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxied]:
    """A proxy before Redis, and its address."""
    monkeypatch.setattr(queue, "_SILENCE_SECONDS", 0.5)
    address = urlsplit(redis_url)
    async with proxy_of_socket(address.path) as (proxy, path):
        yield proxy, address._replace(path=str(path)).geturl()


@pytest.fixture(name="silent_url")
def silence_redis(proxied: Proxied) -> str:
    """The address of a Redis that takes connections and says nothing."""
    proxy, url = proxied
    proxy.silences_new = True
    return url


async def test_a_worker_turns_to_a_new_connection(database_url: str, redis_url: str, proxied: Proxied) -> None:
    proxy, url = proxied
    async with open_world(database_url, redis_url) as world, working(database_url, url, rehint_seconds=1):
        await eventually(lambda: proxy.taken)
        await proxy.silence()
        await world.lost("l1", "red cup")
        await eventually(lambda: world.platform.kinds("l1"))


async def test_a_job_that_could_not_be_finished_in_redis_ends_no_worker() -> None:
    class Failing(Worker):
        def __init__(self) -> None:
            """Skip arq's own setup."""

        async def async_run(self) -> None:
            raise RedisTimeoutError

        async def close(self) -> None:
            raise asyncio.CancelledError  # as arq does if it cancels a job that is being finished

    await _process_hints(Failing())


async def test_what_is_started_meanwhile_says_so_and_answers(database_url: str, silent_url: str) -> None:
    with capture_logs() as logged:
        async with open_world(database_url, silent_url) as world, working(database_url, silent_url):
            assert logged[0]["event"] == "redis_unreachable"
            assert logged[0]["remedy"].startswith("Check REUNITE_REDIS_URL")
            await world.found("f1", "red")
            await eventually(lambda: world.platform.kinds("f1"))


async def test_the_doctor_says_that_nothing_answers(
    where: Servers, silent_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_check, "_SECONDS", 0.5)
    finding = await redis_check.look(replace(where, redis_url=silent_url))
    assert finding.ok is False
    assert "Timeout reading" in finding.found
