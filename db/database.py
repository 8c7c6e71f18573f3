"""Connections to PostgreSQL, and transactions within a community."""

import asyncio
import re
import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, LiteralString, Self
from uuid import UUID

import psycopg
import structlog
from pgvector.psycopg.halfvec import register_halfvec_info
from psycopg.conninfo import make_conninfo
from psycopg.rows import DictRow, dict_row
from psycopg.types import TypeInfo
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from db.index_cache import IndexCache
from db.keys import NO_KEYS, Keys
from db.queries import Connection
from db.session import CommunitySession
from db.signals import KEEPALIVE, ROLE_OPTION
from db.trouble import first_line
from reunite.errors import TryAgainError

IS_MIGRATED: Final = "SELECT to_regclass('public.migration') IS NOT NULL"
_OPEN_SECONDS: Final = 10
_PAUSE_SECONDS: Final = 0.5
"""Seconds until the next attempt to connect to a server that may be about to start."""
LOCK_OPTIONS: Final = f"{ROLE_OPTION} -c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
"""For a connection that holds a lock: the server frees it half a minute after the holder's host has vanished."""
_IS_SET_UP: Final = f"{IS_MIGRATED} AND to_regtype('halfvec') IS NOT NULL"
_NOT_SET_UP: Final = "The database isn't set up yet. Run `reunite migrate` first."
_LACKS_ROLE: Final = re.compile(r'role ".*" does not exist')
_REFUSED: Final = re.compile(r'database ".*" does not exist|authentication failed')
"""What PostgreSQL says if retrying is pointless; which role is missing, it tells only trusted clients."""
_REMEDY: Final = "Check REUNITE_DATABASE_URL, and run `reunite migrate` if you haven't yet."
_ALL_TAKEN: Final = re.compile(r"too many (?:clients|connections)|connection slots")
_RAISE: Final = "Raise max_connections there, or the role's or the database's limit, or end what else is connected."
_PRIMARY: Final = "REUNITE_DATABASE_URL must lead to the primary, not to a standby."
_VERIFY_FAILED: Final = "certificate verify failed"
"""All that PostgreSQL's library says, whatever is wrong."""
_UNTRUSTED: Final = (
    "it has expired, or sslrootcert lacks who issued it (docs/operations.md#certificates)."
    " Check this machine's clock, too"
)
_LOCK_SECONDS: Final = 15
"""How long a statement waits for a lock. Someone else's open transaction may hold it for hours, and soon everybody
would wait: for the lock, or for one of the connections that wait for it."""
_WARM_CONNECTIONS: Final = 4
"""Connections kept open for bursts of posts."""
_RECONNECT_SECONDS: Final = 30.0
"""Seconds in which the pool tries to replace a connection, as long as anyone waits for one. A later one tries again.

Its pauses double each time: given more time, they would grow to minutes, and outlast the outage.
"""

_log = structlog.get_logger(__name__)


class MigrationError(Exception):
    """The database's schema doesn't fit the program."""


class DatabaseAwayError(psycopg.OperationalError):
    """The database refuses connections or writes; the message says why and what to do."""


class Database:
    """A pool of connections as the application's role: `async with` opens it."""

    def __init__(self, url: str, *, connections: int = 8, warm: bool = False, keys: Keys = NO_KEYS) -> None:
        """Open nothing yet; `connections` is the maximum, `keys` are the encryption keys.

        With `warm`, several connections stay open. They take turns, so each has to fill its caches, and searches take
        longer.
        """
        self.url = url
        self.index_cache = IndexCache()
        self.keys = keys
        options = f"{ROLE_OPTION} -c lock_timeout={_LOCK_SECONDS}s"
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            connection_class=psycopg.AsyncConnection[DictRow],
            kwargs={"row_factory": dict_row, "options": options, "autocommit": True, **KEEPALIVE},
            min_size=min(_WARM_CONNECTIONS, connections) if warm else 1,
            max_size=connections,
            reconnect_timeout=_RECONNECT_SECONDS,
            configure=_learn_halfvec,
            check=_check,
            open=False,
        )

    async def __aenter__(self) -> Self:
        await _require_schema(self.url)
        try:
            await self._pool.open(wait=True, timeout=_OPEN_SECONDS)
        except PoolTimeout as error:
            await self._pool.close()
            raise _no_connection(error) from error
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def outside(self) -> AsyncIterator[Connection]:
        """Open a transaction outside all communities; it sees none of their data."""
        async with self._connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def try_lock(self, lock: int) -> AsyncIterator[bool]:
        """Try to take a lock that only one process can hold; yield whether this process holds it."""
        url = make_conninfo(self.url, options=LOCK_OPTIONS, **KEEPALIVE)
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            cursor = await connection.execute("SELECT pg_try_advisory_lock(%s)", [lock])
            yield await cursor.fetchone() == (True,)  # freed with the connection

    @asynccontextmanager
    async def transaction(self, community: UUID) -> AsyncIterator[Connection]:
        """Open a transaction in which row-level security shows one community only."""
        async with self._beginning(begin(community)) as (connection, _):
            yield connection

    @asynccontextmanager
    async def _beginning(self, statements: str) -> AsyncIterator[tuple[Connection, DictRow | None]]:
        """Open a transaction by several statements in one round trip, and return the last one's first row, too."""
        try:
            async with self._connection() as connection:  # it commits, or rolls back after an error
                cursor = await connection.execute(statements, prepare=False)
                while cursor.nextset():
                    pass
                yield connection, await cursor.fetchone()
        except (
            psycopg.errors.DeadlockDetected,
            psycopg.errors.ForeignKeyViolation,  # the workspace has moved, or what the row refers to was just deleted
        ) as error:
            _log.info("transaction_conflict", error=type(error).__name__, constraint=error.diag.constraint_name)
            raise TryAgainError("conflict with another transaction") from error
        except psycopg.errors.FeatureNotSupported as error:
            if "cached plan" in str(error):  # a migration has changed a table since the statement was prepared
                raise TryAgainError("the schema has changed") from error
            raise

    @asynccontextmanager
    async def session(self, community: UUID) -> AsyncIterator[CommunitySession]:
        async with self.transaction(community) as connection:
            yield CommunitySession(connection, community, self.index_cache, self.keys)

    async def rows(self, query: LiteralString, *params: object, **named: object) -> list[dict[str, Any]]:
        """Run one statement outside all communities, in its own transaction, with positional or named parameters."""
        async with self._connection() as connection:
            return await _rows(connection, query, named or params)

    async def rows_in(
        self, community: UUID, query: LiteralString, *params: object, **named: object
    ) -> list[dict[str, Any]]:
        """Run one statement within a community, in its own transaction, with positional or named parameters."""
        async with self.transaction(community) as connection:
            return await _rows(connection, query, named or params)

    async def communities(self) -> list[UUID]:
        return [row["id"] for row in await self.rows("SELECT all_communities AS id FROM all_communities()")]

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        """Lend a connection; one to a read-only server is closed, so that the next may find the primary."""
        async with self._pool.connection() as connection:
            try:
                yield connection
            except psycopg.errors.ReadOnlySqlTransaction as error:
                await connection.close()
                raise DatabaseAwayError(f"The database accepts no writes ({reason(error)}). {_PRIMARY}") from error


async def _rows(connection: Connection, query: LiteralString, params: Any) -> list[dict[str, Any]]:
    cursor = await connection.execute(query, params)
    return await cursor.fetchall() if cursor.description else []


def begin(community: UUID) -> str:
    """Return the statements that open a transaction in which row-level security shows one community only."""
    return f"BEGIN; SELECT set_config('reunite.community', '{community.hex}', true)"


async def _require_schema(url: str) -> None:
    """Wait until the server answers; it may be about to start.

    Raises MigrationError at once if it refuses, or the database isn't set up: the pool would try again and again.
    Raises OperationalError, which names the cause, if it doesn't answer in time.
    """
    clock = asyncio.get_running_loop()
    until = clock.time() + _OPEN_SECONDS
    cause: Exception | None = None
    while True:
        try:
            async with asyncio.timeout_at(until), await psycopg.AsyncConnection.connect(url) as connection:
                row = await (await connection.execute(_IS_SET_UP)).fetchone()
        except (TimeoutError, psycopg.OperationalError) as error:
            if _LACKS_ROLE.search(str(error)):
                raise MigrationError(_NOT_SET_UP) from error
            if _REFUSED.search(str(error)):
                raise MigrationError(f"The database refuses the connection ({reason(error)}). {_REMEDY}") from error
            if cause is None or str(error):  # an attempt that takes too long has no cause of its own
                cause = error
            if clock.time() + _PAUSE_SECONDS > until:
                raise _no_connection(cause) from error
        else:
            break
        await asyncio.sleep(_PAUSE_SECONDS)
    if row != (True,):
        raise MigrationError(_NOT_SET_UP)


def _no_connection(error: Exception) -> DatabaseAwayError:
    return DatabaseAwayError(
        f"Couldn't connect to the database within {_OPEN_SECONDS} seconds ({reason(error)})."
        f" {remedy_for(error, _REMEDY)}"
    )


def remedy_for(error: Exception, otherwise: str) -> str:
    """Return what to do if PostgreSQL has no connection left, and what to do otherwise."""
    return _RAISE if _ALL_TAKEN.search(str(error)) else otherwise


def reason(error: Exception) -> str:
    """Return why the database can't be used, in a line."""
    first = first_line(error) or "no answer"
    return f"{first}: {_UNTRUSTED}" if _VERIFY_FAILED in first else first


async def _learn_halfvec(connection: Connection) -> None:
    """Register the only type of pgvector's that we use: to ask for all four takes twelve round trips, not three."""
    found = await TypeInfo.fetch(connection, "halfvec")
    if found is None:  # `_require_schema` has seen it, so it's gone
        raise DatabaseAwayError(_NOT_SET_UP)
    register_halfvec_info(connection, found)


async def _check(connection: Connection) -> None:
    """Raise an error if the server has closed an idle connection.

    Then its socket is readable. A round trip is needed only where there is something to read.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        await AsyncConnectionPool.check_connection(connection)
