"""The real worker and other services, run inside a test."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from bot.platforms import photo_hosts
from db.cancellation import stop
from db.config import Connections
from tests.doubles.colour_encoder import ColourEncoder
from tests.support.kept_decoders import decoders_kept
from tests.support.keys import KEYS
from tests.support.waiting import eventually
from workers.app import WorkerConfig, run
from workers.config import EncoderSettings, PhotoHosts
from workers.encoders.choose import Choice


def colours_only(*_: object) -> Choice:
    """Choose the tiny encoder, whatever the settings."""
    return Choice("clip", ColourEncoder())


@asynccontextmanager
async def background(
    service: Coroutine[Any, Any, object], ready: asyncio.Event | None = None
) -> AsyncIterator[asyncio.Task[object]]:
    """Run a service during the test, from when it's ready; its failure fails the test."""
    task = asyncio.create_task(service)
    try:
        if ready:
            await eventually(lambda: ready.is_set() or task.done(), "the service hasn't started")
            if task.done():
                await task
        yield task
        if task.done():
            await task
    finally:
        await stop(task)


@asynccontextmanager
async def working(
    database_url: str, redis_url: str, *, compare_details: bool = False, **config: Any
) -> AsyncIterator[asyncio.Task[object]]:
    """Run a worker with the tiny encoder, by default without the networks that compare photos in detail."""
    ready = asyncio.Event()
    photos = {name: config.pop(name) for name in ("http_hosts", "slack_hosts", "slack_token") if name in config}
    servers = Connections(database_url=database_url, redis_url=redis_url, keys=KEYS)
    settings = WorkerConfig(
        connections=servers,
        encoder=EncoderSettings(compare_details=compare_details),
        photos=PhotoHosts(hosts=photo_hosts(), **photos),
        **{"clock_seconds": 1, **config},
    )
    with decoders_kept():
        async with background(run(settings, lambda _: None, lambda _: ready.set(), colours_only), ready) as worker:
            yield worker
