"""The base of all parts of a session: a connection, and rows by column name."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import numpy as np
from psycopg import AsyncConnection
from psycopg.rows import DictRow

from db import mapping

Connection = AsyncConnection[DictRow]
Statement = tuple[str, dict[str, Any]]
"""A query and its parameters."""
Fetch = Callable[[], Awaitable[list[mapping.Row]]]
"""Fetches the rows of a statement."""


def as_real(number: float) -> float:
    """Return the nearest 4-byte float: PostgreSQL refuses numbers that are too small for its column."""
    with np.errstate(over="ignore", under="ignore"):
        return float(np.float32(number))


class Queries:
    """Statements within one community's transaction."""

    def __init__(self, connection: Connection, community: UUID) -> None:
        """`connection` is in a transaction in which row-level security lets only `community` be seen."""
        self._connection = connection
        self.community = community

    async def _one(self, query: str, **params: object) -> mapping.Row | None:
        cursor = await self._connection.execute(query.encode(), params)
        return await cursor.fetchone()

    async def _all(self, query: str, **params: object) -> list[mapping.Row]:
        cursor = await self._connection.execute(query.encode(), params)
        return await cursor.fetchall()

    async def _together(self, *statements: Statement) -> list[list[mapping.Row]]:
        """Run statements with one round trip. Results come in binary: enums must be cast to text."""
        if len(statements) == 1:
            [(query, params)] = statements
            return [await (await self._connection.execute(query.encode(), params, binary=True)).fetchall()]
        async with self._sent(*statements) as fetching:
            pass
        return [await fetch() for fetch in fetching]

    @asynccontextmanager
    async def _sent(self, *statements: Statement) -> AsyncIterator[list[Fetch]]:
        """Send statements in a pipeline; what is yielded fetches their rows, at the end or later."""
        if not statements:
            yield []
            return
        async with self._connection.pipeline():
            cursors = [
                await self._connection.execute(query.encode(), params, binary=True) for query, params in statements
            ]
            yield [cursor.fetchall for cursor in cursors]

    async def _do(self, query: str, **params: object) -> int:
        return (await self._connection.execute(query.encode(), params)).rowcount
