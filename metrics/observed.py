"""Makes a process observable: its heartbeat, and its metrics over HTTP."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import metadata
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import psycopg
import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from db.cancellation import stop
from db.database import Database, MigrationError
from db.migrate import require_migrated
from db.monitoring import Monitoring
from http_server.listening import listening
from metrics.config import MetricsSettings
from metrics.definitions import REFRESHED, REGISTRY
from metrics.deployment import refresh

_HEARTBEAT_SECONDS: Final = 10.0
_CACHE_SECONDS: Final = 5.0
"""Seconds for which the deployment's numbers are cached, so that several scrapers cost no more than one."""

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def observed(database: Database, role: str, settings: MetricsSettings) -> AsyncIterator[None]:
    """Send heartbeats and serve metrics within the context.

    Ends the context with MigrationError if the database is migrated to another version's schema meanwhile.
    """
    monitoring = Monitoring(database)
    async with AsyncExitStack() as stack:
        if settings.port is not None:
            application = web.Application()
            application.router.add_get("/metrics", Metrics(monitoring).show)
            serving = listening(application, settings.host, settings.port, "REUNITE_METRICS_PORT")
            _log.info("metrics_ready", address=await stack.enter_async_context(serving))
        await stack.enter_async_context(_heartbeat(database, role, settings.health_file))
        yield


@asynccontextmanager
async def _heartbeat(database: Database, role: str, health_file: Path | None) -> AsyncIterator[None]:
    monitoring, process, version = Monitoring(database), uuid4(), metadata.version("reunite")

    async def beat() -> None:
        await require_migrated(database)
        back = await monitoring.beat(process, role, socket.gethostname(), os.getpid(), version)
        if back:
            _log.warning("database_clock_set_back", seconds=round(back.total_seconds()))
        if health_file:
            await asyncio.to_thread(health_file.touch)

    async def keep_beating() -> None:
        while True:
            await _attempt(beat())
            await asyncio.sleep(_HEARTBEAT_SECONDS)

    try:
        async with asyncio.TaskGroup() as tasks:  # it ends the body too
            heartbeat = tasks.create_task(keep_beating())
            try:
                yield
            finally:
                await stop(heartbeat)
    except BaseExceptionGroup as group:
        outdated = [error for error in group.exceptions if isinstance(error, MigrationError)]
        if outdated or len(group.exceptions) == 1:
            error = (outdated or group.exceptions)[0]
            raise error from error.__cause__
        raise
    finally:
        await _attempt(monitoring.end(process))


async def _attempt(beat: Coroutine[Any, Any, None]) -> None:
    """Beat, and only log a failure: the process works all the same, and the next beat may succeed."""
    try:
        await beat
    except MigrationError:
        raise
    except (psycopg.Error, OSError) as error:
        _log.warning("heartbeat_missed", error=type(error).__name__)
    except Exception:  # noqa: BLE001 - see above
        _log.exception("heartbeat_defect")


class Metrics:
    """Serves the metrics of this process and of the deployment."""

    def __init__(self, monitoring: Monitoring) -> None:
        self._monitoring = monitoring
        self._refreshed_at = float("-inf")

    async def show(self, _: web.Request) -> web.Response:
        """Answer a scrape; while the database is down, with the deployment's last numbers."""
        if time.monotonic() - self._refreshed_at > _CACHE_SECONDS:
            self._refreshed_at = time.monotonic()
            try:
                await refresh(self._monitoring)
                REFRESHED.set_to_current_time()
            except psycopg.Error as error:
                _log.warning("numbers_unavailable", error=type(error).__name__)
        return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})
