"""Forgets what a process keeps of communities that have ended: they're never searched again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from db.cancellation import stop
from db.database import Database
from db.repeating import repeat

_EVERY_SECONDS: Final = 3600.0


@asynccontextmanager
async def forgetting_ended_communities(database: Database, every: float = _EVERY_SECONDS) -> AsyncIterator[None]:
    """Look for such communities regularly within the context; any process may have ended them."""
    forgetting = asyncio.create_task(repeat(partial(forget_ended_communities, database), every, "forgetting"))
    try:
        yield
    finally:
        await stop(forgetting)


async def forget_ended_communities(database: Database) -> None:
    cache = database.index_cache
    ended = "SELECT unnest(%s::uuid[]) AS id EXCEPT SELECT all_communities()"
    for row in await database.rows(ended, list(cache.communities)):
        cache.forget(row["id"])
