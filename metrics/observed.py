"""A process as an operator sees it: its heartbeat, and its metrics over HTTP."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import metadata
from pathlib import Path
from typing import Final
from uuid import uuid4

import psycopg
import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from db.cancellation import stop
from db.database import Database
from db.monitoring import Monitoring
from http_server.listening import listening
from metrics.config import MetricsSettings
from metrics.definitions import REGISTRY
from metrics.deployment import refresh

_EVERY: Final = 10.0
_FRESH: Final = 5.0
"""Seconds for which the deployment's numbers are kept: several scrapers cost no more than one."""

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def observed(database: Database, role: str, settings: MetricsSettings) -> AsyncIterator[None]:
    """Keep the process on the list of live ones, and serve its metrics, until the context ends."""
    monitoring = Monitoring(database)
    async with AsyncExitStack() as stack:
        if settings.port is not None:
            application = web.Application()
            application.router.add_get("/metrics", Metrics(monitoring).show)
            serving = listening(application, settings.host, settings.port, "REUNITE_METRICS_PORT")
            _log.info("metrics_ready", address=await stack.enter_async_context(serving))
        await stack.enter_async_context(_beating(monitoring, role, settings.health_file))
        yield


@asynccontextmanager
async def _beating(monitoring: Monitoring, role: str, health_file: Path | None) -> AsyncIterator[None]:
    process, version = uuid4(), metadata.version("reunite")

    async def beat() -> None:
        while True:
            try:
                await monitoring.beat(process, role, socket.gethostname(), os.getpid(), version)
                if health_file:
                    await asyncio.to_thread(health_file.touch)
            except (psycopg.Error, OSError) as error:
                _log.warning("heartbeat_missed", error=type(error).__name__)
            await asyncio.sleep(_EVERY)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        await stop(beating)
        try:
            await monitoring.end(process)
        except psycopg.Error as error:
            _log.warning("heartbeat_missed", error=type(error).__name__)


class Metrics:
    """Shows the metrics of this process, and the deployment's numbers."""

    def __init__(self, monitoring: Monitoring) -> None:
        self._operation = monitoring
        self._refreshed_at = float("-inf")

    async def show(self, _: web.Request) -> web.Response:
        """Answer a scrape; while the database is away, with the last numbers."""
        if time.monotonic() - self._refreshed_at > _FRESH:
            self._refreshed_at = time.monotonic()
            try:
                await refresh(self._operation)
            except psycopg.Error as error:
                _log.warning("numbers_unavailable", error=type(error).__name__)
        return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})
