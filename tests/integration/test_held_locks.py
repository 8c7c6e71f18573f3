"""Someone's open transaction, such as an operator's psql, holds rows for hours: it holds up only what needs them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from db.keys import Keys, new_key
from reunite.commands import Withdraw
from reunite.entities import Report, ReportState
from tests.contract.stages import staged
from tests.integration.test_sweep import sweep_at
from tests.support.world import open_world


@asynccontextmanager
async def _locked(owner_database_url: str, report: Report) -> AsyncIterator[None]:
    """Lock a report in a transaction that nobody ends."""
    async with await psycopg.AsyncConnection.connect(owner_database_url) as connection:
        await connection.execute(b"SELECT FROM report WHERE id = %s FOR UPDATE", [report.id])
        yield
        await connection.rollback()


async def test_what_waits_for_a_held_lock_frees_its_connection_for_others(
    database_url: str, owner_database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.database._LOCK_SECONDS", 1)
    async with open_world(database_url, redis_url) as world:
        held = await world.lost("l1", "my umbrella")
        async with _locked(owner_database_url, held):
            presses = [world.handlers.withdraw(Withdraw(target=world.at("lost", "l1"))) for _ in range(10)]
            waiting = asyncio.gather(*presses, return_exceptions=True)  # more than there are connections
            async with asyncio.timeout(20):
                await world.lost("l2", "my scarf")
                outcomes = await waiting
        assert {type(outcome) for outcome in outcomes} == {psycopg.errors.LockNotAvailable}
        await world.handlers.withdraw(Withdraw(target=world.at("lost", "l1")))
        assert await world.state(held) == ReportState.WITHDRAWN


async def test_a_held_report_does_not_keep_others_from_expiring(
    database_url: str, owner_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.database._LOCK_SECONDS", 1)
    async with staged(database_url, Keys([new_key()])) as stage:
        await stage.join()
        held, free = await stage.lost("my umbrella"), await stage.lost("my scarf")
        async with await psycopg.AsyncConnection.connect(owner_database_url) as owner:
            await owner.execute(
                b"UPDATE report SET expires_at = now() - make_interval(days => CASE id WHEN %s THEN 2 ELSE 1 END)",
                [held.id],
            )
        async with _locked(owner_database_url, held), asyncio.timeout(20):
            await sweep_at(stage, 0).run_once()
        assert (await stage.state(held), await stage.state(free)) == (ReportState.OPEN, ReportState.EXPIRED)
