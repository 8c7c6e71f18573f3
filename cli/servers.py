"""Where PostgreSQL and Redis are: as the settings say, else the embedded ones."""

import secrets
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace

import psycopg
from psycopg import conninfo, sql

from cli.settings import Settings
from db.config import Connections
from db.migrate import migrate


@dataclass(frozen=True, slots=True)
class Servers:
    """Where to connect: the application's role, the owner for migrations, Redis, and the queue's name in it."""

    database_url: str
    owner_database_url: str
    redis_url: str
    queue: str

    @property
    def connections(self) -> Connections:
        """What a worker or a bot needs of them."""
        return Connections(database_url=self.database_url, redis_url=self.redis_url, queue=self.queue)

    def environment(self) -> dict[str, str]:
        """Return the variables by which a child process finds the same servers."""
        return {
            "REUNITE_DATABASE_URL": self.database_url,
            "REUNITE_OWNER_DATABASE_URL": self.owner_database_url,
            "REUNITE_REDIS_URL": self.redis_url,
            "REUNITE_QUEUE": self.queue,
        }


@contextmanager
def servers(settings: Settings, *, with_redis: bool = True) -> Iterator[Servers]:
    """Give the servers that the settings name; those that they don't name are started here, and stopped at the end.

    What works on the database alone needs none `with_redis`.
    """
    database, redis = settings.database, settings.redis
    if database.url and (redis.url or not with_redis):
        yield Servers(database.url, database.owner_url or database.url, redis.url or "", redis.queue)
        return
    from cli.embedded import EmbeddedServers  # noqa: PLC0415 - an extra that a deployment with servers need not install

    with EmbeddedServers(settings.embedded.home) as embedded:
        owner_url = database.owner_url or database.url or embedded.owner_database_url
        yield Servers(database.url or embedded.database_url, owner_url, redis.url or embedded.redis_url, redis.queue)


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does, so that what must be cleared away is; otherwise the process is gone at once."""
    before = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@asynccontextmanager
async def scratch(home: Servers) -> AsyncIterator[Servers]:
    """Give a migrated database and a queue of its own, gone at the end: real data is neither seen nor touched."""
    with _ended_as_by_ctrl_c():
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
