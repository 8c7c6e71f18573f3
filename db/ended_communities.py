"""Forgets what a process keeps of communities that have ended: they're never searched again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import psycopg
import structlog

from db.cancellation import stop
from db.database import Database

_EVERY: Final = 3600.0

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def forgetting_ended_communities(database: Database, every: float = _EVERY) -> AsyncIterator[None]:
    """Look for such communities regularly within the context; any process may have ended them."""
    forgetting = asyncio.create_task(_keep_forgetting(database, every))
    try:
        yield
    finally:
        await stop(forgetting)


async def _keep_forgetting(database: Database, every: float) -> None:
    while True:
        try:
            await forget_ended_communities(database)
        except (psycopg.Error, OSError) as error:
            _log.warning("forgetting_interrupted", error=type(error).__name__)
        await asyncio.sleep(every)


async def forget_ended_communities(database: Database) -> None:
    cache = database.sketch_cache
    ended = "SELECT unnest(%s::uuid[]) AS id EXCEPT SELECT all_communities()"
    for row in await database.rows(ended, list(cache.communities)):
        cache.forget(row["id"])
