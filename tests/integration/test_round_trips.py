"""How many transactions and statements a posted photo takes, so that none creeps in."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from reunite.commands import EditReport
from tests.contract.stages import Stage, staged
from tests.doubles.counted_details import CountedDetails
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import World, open_world
from workers import app

_TRANSACTIONS = 8
"""The post; its photo: read, stored, embedded; what the worker has to do; the search; the reply: read and settled."""
_STATEMENTS = 37
"""Also with the networks that compare photos, as long as there is none to compare with."""
_SETTLED = "UPDATE outbox SET state = CASE version"
Run = Callable[..., Awaitable[Any]]


class Counts:
    """Counts what runs in the transactions of a community. Polls and sweeps are outside all communities."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.transactions = 0
        self.statements: list[str] = []
        self._inside: set[int] = set()
        for name in ("execute", "executemany"):
            monkeypatch.setattr(psycopg.AsyncCursor, name, self._counted(getattr(psycopg.AsyncCursor, name)))

    def _counted(self, run: Run) -> Run:
        async def counted(cursor: psycopg.AsyncCursor[Any], query: str, *given: Any, **settings: Any) -> Any:
            self._note(cursor.connection, query)
            return await run(cursor, query, *given, **settings)

        return counted

    def _note(self, connection: psycopg.AsyncConnection[Any], query: str) -> None:
        if connection.info.transaction_status is TransactionStatus.IDLE:
            self._inside.discard(id(connection))
        if "'reunite.community'" in query:
            self._inside.add(id(connection))
            self.transactions += 1
        if id(connection) in self._inside:
            self.statements.append(query)


@pytest.fixture(name="world")
async def world_fixture(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch, *, compare_details: bool
) -> AsyncIterator[World]:
    monkeypatch.setattr(app, "load_details", CountedDetails)
    # While it lasts, no lease is renewed.
    patient = working(database_url, redis_url, compare_details=compare_details, lease_seconds=600)
    async with open_world(database_url, redis_url) as community, patient:
        yield community


@pytest.mark.parametrize("compare_details", [False, True])
async def test_a_posted_photo_takes_few_transactions_and_statements(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = Counts(monkeypatch)
    await world.found("f1", "red")
    await eventually(lambda: any(_SETTLED in statement for statement in counts.statements))
    assert world.platform.kinds("f1") == ["nothing"]
    assert counts.transactions <= _TRANSACTIONS
    assert len(counts.statements) <= _STATEMENTS


async def test_an_edit_takes_one_statement_more_for_each_gallery_that_quotes_it(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = Counts(monkeypatch)
    async with staged(database_url) as stage:
        await stage.join(log_channel="log")
        taken = [await _statements_of_an_edit(stage, counts, close=close) for close in (1, 6)]
    assert taken[1] == taken[0] + 5


async def test_a_search_takes_as_many_statements_whatever_it_finds(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts, taken = Counts(monkeypatch), []
    async with staged(database_url) as stage:
        await stage.join()
        for close in (1, 6):
            lost, found = await stage.lost(), [await stage.found() for _ in range(close)]
            counts.statements.clear()
            await stage.search(lost, *found, label=None)
            taken.append(len(counts.statements))
            [shown] = await stage.thread(lost)
            assert len(shown.gallery) == close
    assert taken[0] == taken[1]


async def test_replies_that_are_leased_together_are_read_together(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts, taken = Counts(monkeypatch), []
    async with staged(database_url) as stage:
        await stage.join()
        for lost in (1, 6):
            found = await stage.found()
            for _ in range(lost):
                await stage.search(await stage.lost(), found, label=None)
            counts.statements.clear()
            leased = await stage.store.delivery.lease("web", limit=10, seconds=60)
            assert len(leased) == lost
            taken.append(len(counts.statements))
    assert taken[0] == taken[1]


async def test_linking_takes_as_many_statements_whatever_is_looked_for(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts, taken = Counts(monkeypatch), []
    async with staged(database_url) as stage:
        await stage.join()
        for there, reports in (("one", 1), ("many", 6)):
            await stage.join(there)
            lost = [await stage.lost() for _ in range(reports)]
            code = await stage.handlers.link_code("web", "here")
            counts.statements.clear()
            await stage.handlers.link("web", there, code)
            taken.append(len(counts.statements))
            works = await stage.works_on(*[await stage.now(report) for report in lost])
            assert {works.count(report.id) for report in lost} == {2}  # as it was posted, and now
    assert taken[0] == taken[1]


async def _statements_of_an_edit(stage: Stage, counts: Counts, *, close: int) -> int:
    """Return how many statements the edit of a found report takes that is one of the closest to some lost ones."""
    found = await stage.found()
    for _ in range(close):
        await stage.search(await stage.lost(), found, label=None)
    counts.statements.clear()
    assert await stage.handlers.edit(EditReport(target=found.target, text="an umbrella with a lyre"))
    return len(counts.statements)
