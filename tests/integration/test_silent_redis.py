"""A Redis whose host has vanished without a word: its connections stay open, and nothing answers any more."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from arq.worker import Worker
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from cli import doctor
from cli.servers import Servers
from db import queue
from db.store import Store
from tests.support.services import colours_only, working
from tests.support.silent_proxy import SilentProxy, proxy_of_socket
from tests.support.waiting import eventually
from tests.support.world import open_world
from workers.app import WorkerConfig, _process_hints, run
from workers.encoders.choose import Choice

Proxied = tuple[SilentProxy, str]


@pytest.fixture
async def proxied(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxied]:
    """A proxy before Redis, and its address."""
    monkeypatch.setattr(queue, "_SILENCE_SECONDS", 0.5)
    address = urlsplit(redis_url)
    async with proxy_of_socket(address.path) as (proxy, path):
        yield proxy, address._replace(path=str(path)).geturl()


@pytest.fixture(name="silent_url")
def silence_redis(proxied: Proxied, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a Redis that takes connections and says nothing; a start waits for it only shortly."""
    proxy, url = proxied
    proxy.silences_new = True
    monkeypatch.setattr(queue, "_START_SECONDS", 0.5)
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


async def test_a_start_says_that_nothing_answers(store: Store, silent_url: str) -> None:
    with pytest.raises(RedisError, match="Timeout reading"):
        async with queue.connect(store, silent_url, "hints"):
            pass


async def test_a_worker_says_so_before_it_loads_its_encoder(where: Servers, silent_url: str) -> None:
    loaded: list[object] = []

    def load(*settings: object) -> Choice:
        loaded.append(settings)
        return colours_only()

    with pytest.raises(RedisError, match="Timeout reading"):
        await run(WorkerConfig(connections=replace(where, redis_url=silent_url).connections), lambda _: None, load=load)
    assert not loaded


async def test_the_doctor_says_that_nothing_answers(
    where: Servers, silent_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_SECONDS", 0.5)
    finding = await doctor._redis(replace(where, redis_url=silent_url))
    assert finding.ok is False
    assert "Timeout reading" in finding.found
