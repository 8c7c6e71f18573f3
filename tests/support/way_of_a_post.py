"""A community with a worker, and all that its database holds."""

from collections.abc import AsyncIterator

import psycopg
from psycopg import sql

from tests.support.services import working
from tests.support.world import World, open_world


async def world_with_a_worker(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, redis_url) as community, working(database_url, redis_url):
        yield community


async def all_rows(url: str) -> str:
    """All rows of all tables, as text."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        names = await (
            await connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).fetchall()
        rows = [
            await (
                await connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(name)))
            ).fetchall()
            for (name,) in names
            if name != "migration"
        ]
    return str(rows)
