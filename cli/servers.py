"""Where PostgreSQL and Redis are: as the settings say, or embedded."""

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from time import time
from typing import Any, Final

import psycopg
from psycopg import conninfo, sql

from cli.settings import Settings
from db.config import Connections
from db.keys import NO_KEYS, Keys
from db.migrate import migrate

_SCRATCH: Final = "reunite_scratch_"
_LEFT: Final = """SELECT datname FROM pg_database d WHERE pg_has_role(datdba, 'USAGE')
  AND datname ~ '^reunite_scratch_([0-9]{10}_)?[0-9a-f]{12}$'
  AND to_timestamp(coalesce(substring(datname FROM '_([0-9]{10})_')::bigint, 0)) < now() - interval '1 day'
  AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)"""
"""The scratch databases of commands that were killed. A running one may have no connection for a moment, so they are
left for a day; the names of earlier versions say no time."""


@dataclass(frozen=True, slots=True)
class Servers:
    """Where to connect: the application's role, the owner for migrations, Redis, and the queue's name in it."""

    database_url: str
    owner_database_url: str
    redis_url: str
    queue: str
    keys: Keys = NO_KEYS

    @property
    def connections(self) -> Connections:
        """What a worker or a bot needs of them."""
        return Connections(database_url=self.database_url, redis_url=self.redis_url, queue=self.queue, keys=self.keys)

    def environment(self) -> dict[str, str]:
        """Return the variables that point a child process to the same servers, in the application's role."""
        return {
            "REUNITE_DATABASE_URL": self.database_url,
            "REUNITE_REDIS_URL": self.redis_url,
            "REUNITE_QUEUE": self.queue,
            **self.keys.environment(),
        }


@contextmanager
def servers(settings: Settings, *, with_redis: bool = True) -> Iterator[Servers]:
    """Yield the configured servers; those that aren't configured run embedded until the end.

    Commands that only need the database set `with_redis` to False.
    """
    database, redis, keys = settings.database, settings.redis, _keys(settings)
    if database.url and (redis.url or not with_redis):
        yield Servers(database.url, database.owner_url or database.url, redis.url or "", redis.queue, keys)
        return
    from embedded import EmbeddedServers

    with EmbeddedServers(settings.embedded.home) as embedded:
        owner_url = database.owner_url or database.url or embedded.owner_database_url
        yield Servers(
            database.url or embedded.database_url, owner_url, redis.url or embedded.redis_url, redis.queue, keys
        )


def _keys(settings: Settings) -> Keys:
    given = settings.keys
    keys = (given.keys or "").replace(",", " ").split()
    return Keys(keys, given.key_file or settings.embedded.home / "keys")


@asynccontextmanager
async def scratch(home: Servers) -> AsyncIterator[Servers]:
    """Yield a migrated scratch database and queue, deleted at the end: real data is never touched."""
    name = f"{_SCRATCH}{int(time())}_{secrets.token_hex(6)}"
    own = replace(
        home,
        database_url=conninfo.make_conninfo(home.database_url, dbname=name),
        owner_database_url=conninfo.make_conninfo(home.owner_database_url, dbname=name),
        queue=name,
    )
    try:
        await _create(home.owner_database_url, name)
        await migrate(own.owner_database_url)
        yield own
    finally:
        async with await as_owner(home.owner_database_url) as connection:
            await connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


async def _create(home_url: str, name: str) -> None:
    """Create a scratch database, and drop those that killed commands have left."""
    async with await as_owner(home_url) as connection:
        for left in await (await connection.execute(_LEFT)).fetchall():
            with suppress(psycopg.errors.ObjectInUse, psycopg.errors.InvalidCatalogName):
                await connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(*left)))
        await connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


async def as_owner(url: str) -> psycopg.AsyncConnection[Any]:
    """Connect as a database's owner; each statement commits."""
    return await psycopg.AsyncConnection.connect(url, autocommit=True)
