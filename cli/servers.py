"""Where PostgreSQL and Redis are: as the settings say, or embedded."""

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from typing import Final

import psycopg
from psycopg import conninfo, sql

from cli.settings import Settings
from db.config import Connections
from db.keys import NO_KEYS, Keys
from db.migrate import migrate

_CANCEL_AGAIN_SECONDS: Final = 30.0
"""Seconds, longer than the cleanup takes: before Python 3.12 psycopg may swallow a cancellation."""


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


@contextmanager
def _cancelled_by_sigterm() -> Iterator[None]:
    """Let SIGTERM cancel this task, so that the cleanup runs; otherwise the process would end immediately.

    SIGINT can't serve for this: a process that a script or `nohup` has started in the background ignores it.
    """
    task, loop = asyncio.current_task(), asyncio.get_running_loop()

    def end() -> None:
        if task and not task.done():
            task.cancel()
            loop.call_later(_CANCEL_AGAIN_SECONDS, end)

    loop.add_signal_handler(signal.SIGTERM, end)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


@asynccontextmanager
async def scratch(home: Servers) -> AsyncIterator[Servers]:
    """Yield a migrated scratch database and queue, deleted at the end: real data is never touched."""
    with _cancelled_by_sigterm():
        async with _scratch(home) as own:
            yield own


@asynccontextmanager
async def _scratch(home: Servers) -> AsyncIterator[Servers]:
    name = f"reunite_scratch_{secrets.token_hex(6)}"
    own = replace(
        home,
        database_url=conninfo.make_conninfo(home.database_url, dbname=name),
        owner_database_url=conninfo.make_conninfo(home.owner_database_url, dbname=name),
        queue=name,
    )
    try:
        await _execute(home.owner_database_url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        await migrate(own.owner_database_url)
        yield own
    finally:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        await _execute(home.owner_database_url, drop)


async def _execute(url: str, statement: sql.Composed) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(statement)
