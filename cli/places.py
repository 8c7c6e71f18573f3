"""Where PostgreSQL and Redis are: as the settings say, else the embedded ones."""

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import conninfo, sql

from cli.settings import Settings
from db.migrate import migrate


@dataclass(frozen=True, slots=True)
class Places:
    """Where to connect: the application's role, the owner for migrations, Redis, and the queue's name in it."""

    database_url: str
    owner_database_url: str
    redis_url: str
    queue: str

    def environment(self) -> dict[str, str]:
        """Return the variables by which a child process finds the same places."""
        return {
            "REUNITE_DATABASE_URL": self.database_url,
            "REUNITE_OWNER_DATABASE_URL": self.owner_database_url,
            "REUNITE_REDIS_URL": self.redis_url,
            "REUNITE_QUEUE": self.queue,
        }


@contextmanager
def places(settings: Settings, *, with_redis: bool = True) -> Iterator[Places]:
    """Give the servers that the settings name; those that they don't name are started here, and stopped at the end.

    What works on the database alone needs none `with_redis`.
    """
    database_url, redis_url = settings.database_url, settings.redis_url
    if database_url and (redis_url or not with_redis):
        yield Places(database_url, settings.owner_database_url or database_url, redis_url or "", settings.queue)
        return
    from cli.embedded import EmbeddedServers  # noqa: PLC0415 - an extra that a deployment with servers need not install

    with EmbeddedServers(Path(settings.home)) as embedded:
        owner_url = settings.owner_database_url or database_url or embedded.owner_database_url
        yield Places(database_url or embedded.database_url, owner_url, redis_url or embedded.redis_url, settings.queue)


@asynccontextmanager
async def scratch(home: Places) -> AsyncIterator[Places]:
    """Give a migrated database and a queue of its own, gone at the end: real data is neither seen nor touched."""
    name = f"reunite_scratch_{secrets.token_hex(6)}"
    await _execute(home.owner_database_url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    own = replace(
        home,
        database_url=conninfo.make_conninfo(home.database_url, dbname=name),
        owner_database_url=conninfo.make_conninfo(home.owner_database_url, dbname=name),
        queue=name,
    )
    try:
        await migrate(own.owner_database_url)
        yield own
    finally:
        await _execute(home.owner_database_url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


async def _execute(url: str, statement: sql.Composed) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(statement)
