"""The base class of a session's parts: runs statements, and returns rows by column name."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, LiteralString
from uuid import UUID

import numpy as np
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import DictRow

from db import mapping
from reunite.errors import DefectError

Connection = AsyncConnection[DictRow]
Statement = tuple[LiteralString, dict[str, Any]]
"""A query and its parameters."""
Fetch = Callable[[], Awaitable[list[mapping.Row]]]
"""Fetches the rows of a statement that was sent in a pipeline."""


def as_real(number: float) -> float:
    """Round to a 4-byte float: PostgreSQL refuses numbers that are too small for a column of type `real`."""
    with np.errstate(over="ignore", under="ignore"):
        return float(np.float32(number))


class Queries:
    """Statements within one community's transaction.

    They are literals and f-strings of literals only: values that come from outside are parameters. One of these is
    always there: `%(community)s`.
    """

    def __init__(self, connection: Connection, community: UUID) -> None:
        """`connection` is in a transaction in which row-level security shows only `community`."""
        self._connection = connection
        self.community = community

    async def _one(self, query: LiteralString, **params: object) -> mapping.Row | None:
        return await (await self._execute(query, params)).fetchone()

    async def _row(self, query: LiteralString, **params: object) -> mapping.Row:
        """Return the row of a statement that has one whatever is stored."""
        row = await self._one(query, **params)
        if row is None:
            raise DefectError(f"no row: {query}")
        return row

    async def _all(self, query: LiteralString, **params: object) -> list[mapping.Row]:
        return await (await self._execute(query, params)).fetchall()

    async def _batch(self, *statements: Statement) -> list[list[mapping.Row]]:
        """Run statements in one round trip. Results come in binary, so enums must be cast to text."""
        if len(statements) == 1:
            return [await (await self._send(statements[0]))()]
        async with self._pipeline(*statements) as fetching:
            pass
        return [await fetch() for fetch in fetching]

    @asynccontextmanager
    async def _pipeline(self, *statements: Statement) -> AsyncIterator[list[Fetch]]:
        """Send statements in a pipeline; yield a function for each that fetches its rows, at the end or later."""
        if not statements:
            yield []
            return
        async with self._connection.pipeline():
            yield [await self._send(statement) for statement in statements]

    async def _send(self, statement: Statement) -> Fetch:
        """Send a statement, and wait for its results unless it's in a pipeline."""
        query, params = statement
        # Prepared from the start: PostgreSQL plans it five more times, and each takes longer than running it.
        cursor = await self._connection.execute(query, params, prepare=True, binary=True)
        return cursor.fetchall

    async def _do(self, query: LiteralString, **params: object) -> int:
        return (await self._execute(query, params)).rowcount

    async def _execute(self, query: LiteralString, params: dict[str, object]) -> AsyncCursor[DictRow]:
        return await self._connection.execute(query, {"community": self.community, **params})
