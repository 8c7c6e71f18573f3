"""Communities that are searched by quantised vectors, filled once and copied for each test."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import ExitStack, asynccontextmanager
from copy import copy, deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from cli.bench.filling import Filled as FilledCommunity
from cli.bench.filling import Filler
from cli.bench.search import SPACES
from db.memory_index import MemoryIndex
from db.store import Store
from reunite.entities import ReportKind, ReportState
from reunite.matching.evidence import Search
from tests.support.databases import Databases
from tests.support.waiting import eventually

REPORTS = 600
"""Enough for quantised vectors: tests begin with them above 200."""
MANY = 3000
LIMIT = 20


@dataclass
class Large:
    """A community that is searched by quantised vectors, and another one."""

    store: Store
    owner: psycopg.AsyncConnection[Any]
    filler: Filler
    filled: FilledCommunity

    async def search(self, report: UUID, *, sealed: bool = False, private: bool = True, limit: int = LIMIT) -> Search:
        async with self.store.session(self.filled.tenant.community) as session:
            known = await session.reports.get(report)
            assert known
            return await session.candidates.search(known, limit, sealed=sealed, private=private)

    async def exactly(self, report: UUID) -> Search:
        """Search with everything measured: a limit beyond what there is asks for that."""
        return await self.search(report, limit=MANY)

    async def add(self, like: UUID) -> UUID:
        """Add a found report with the same vectors as a report's, in a transaction as the application's."""
        await self.filler.add_one(self.store, self.filled.tenant)
        [[found]] = await self.rows("SELECT id FROM report WHERE author_id = 'bench' ORDER BY created_at DESC LIMIT 1")
        async with self.store.transaction(self.filled.tenant.community) as connection:
            await connection.execute(
                """UPDATE embedding e SET vector = (SELECT o.vector FROM embedding o
                     WHERE o.report_id = %s AND o.space = e.space AND o.source = e.source) WHERE e.report_id = %s""",
                [like, found],
            )
        return UUID(str(found))

    async def rows(self, query: str, *params: object) -> list[Any]:
        return await (await self.owner.execute(query.encode(), params)).fetchall()

    async def settle(self) -> None:
        """Wait for older transactions of the server, also of other tests: during one, changes are read twice."""
        [[now]] = await self.rows("SELECT pg_current_xact_id()::text::bigint")
        oldest = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
        await eventually(lambda: self.rows(oldest), holds=lambda rows: rows[0][0] > now)

    @property
    def index(self) -> MemoryIndex:
        return self.store.index_cache.get(self.filled.tenant.community, ReportKind.FOUND)

    async def start(self, search: Coroutine[Any, Any, Search]) -> asyncio.Task[Search]:
        """Start a search that has asked what has changed, and now waits for the lock, which the caller holds."""
        before = len(self.index.lock._waiters or ())
        task = asyncio.create_task(search)
        await eventually(lambda: len(self.index.lock._waiters or ()), holds=lambda waiting: waiting > before)
        return task

    async def set_state(self, report: UUID, state: ReportState) -> None:
        async with self.store.session(self.filled.tenant.community) as session:
            await session.reports.set_state(report, state)


@dataclass
class Filled:
    """A database with a large community and a small one."""

    url: str
    filler: Filler
    large: FilledCommunity


@dataclass
class Communities:
    """Databases that are filled once, to be copied for each test."""

    databases: Databases
    until_end: ExitStack
    filled: dict[tuple[str, int], Filled] = field(default_factory=dict)

    @asynccontextmanager
    async def large(self, encoder: str = "clip", *, reports: int = REPORTS) -> AsyncIterator[Large]:
        if (encoder, reports) not in self.filled:
            self.filled[encoder, reports] = await self._fill(encoder, reports)
        filled = self.filled[encoder, reports]
        with self.databases.copy(filled.url) as url:
            async with (
                Store(self.databases.as_application(url)) as store,
                await psycopg.AsyncConnection.connect(url, autocommit=True) as owner,
            ):
                filler = copy(filled.filler)
                filler._owner, filler._random = owner, deepcopy(filler._random)
                community = Large(store, owner, filler, filled.large)
                await community.settle()
                yield community

    async def _fill(self, encoder: str, reports: int) -> Filled:
        url = self.until_end.enter_context(self.databases.copy())
        async with (
            Store(self.databases.as_application(url)) as store,
            await psycopg.AsyncConnection.connect(url, autocommit=True) as owner,
        ):
            model = await store.embedding_models.register(encoder, f"{encoder}-test", SPACES[encoder])
            filler = Filler(owner, model)
            await filler.fill(60)
            large = await filler.fill(reports, to_search=10)
            await owner.execute("ANALYZE")
        return Filled(url, filler, large)


def ids(search: Search) -> set[UUID]:
    return {candidate.item.report for candidate in search.candidates}
