"""Someone's open transaction, such as an operator's psql, holds rows for hours: it holds up only what needs them."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from bot.app import _CONNECTIONS
from db.keys import Keys, new_key
from db.store import Store
from reunite.commands import Withdraw
from reunite.entities import ReplyTarget, Report, ReportState
from reunite.messages import keys, wording
from tests.contract.stages import staged
from tests.support.databases import WAITING
from tests.support.discord_world import guild, online
from tests.support.keys import KEYS
from tests.support.pictures import drawing
from tests.support.sweeps import sweep_at
from tests.support.waiting import PATIENCE, eventually
from tests.support.world import open_world

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")


@asynccontextmanager
async def _locked(owner_database_url: str, report: Report) -> AsyncIterator[None]:
    """Lock a report in a transaction that nobody ends."""
    async with await psycopg.AsyncConnection.connect(owner_database_url) as connection:
        await connection.execute(b"SELECT FROM report WHERE id = %s FOR UPDATE", [report.id])
        yield
        await connection.rollback()


async def _who_holds(connection: psycopg.AsyncConnection) -> list[tuple[int, list[int]]]:
    """Ask as the document says: who holds locks that others wait for, and whom they wait for themselves.

    Other tests have databases of their own on the same server.
    """
    [query] = re.findall(r"```\n(SELECT pid,.*?)```", OPERATIONS, re.DOTALL)
    found = await (await connection.execute(query)).fetchall()
    here = await connection.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    pids = {pid for (pid,) in await here.fetchall()}
    return [(row[0], row[4]) for row in found if row[0] in pids]


async def test_what_waits_for_a_held_lock_frees_its_connection_for_others(
    database_url: str, owner_database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.database._LOCK_SECONDS", 1)
    async with open_world(database_url, redis_url) as world:
        held = await world.lost("l1", "my umbrella")
        async with _locked(owner_database_url, held):
            presses = [world.handlers.withdraw(Withdraw(target=world.at("lost", "l1"))) for _ in range(10)]
            waiting = asyncio.gather(*presses, return_exceptions=True)  # more than there are connections
            async with asyncio.timeout(PATIENCE):
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
        async with _locked(owner_database_url, held), asyncio.timeout(PATIENCE):
            await sweep_at(stage, 0).run_due()
        assert (await stage.state(held), await stage.state(free)) == (ReportState.OPEN, ReportState.EXPIRED)


async def test_replies_are_sent_while_events_wait_for_all_their_connections(
    database_url: str, owner_database_url: str, redis_url: str
) -> None:
    async with (
        guild() as world,
        online(world, database_url, redis_url),
        Store(database_url, keys=KEYS) as store,
        await psycopg.AsyncConnection.connect(owner_database_url, autocommit=True) as owner,
    ):
        post = await world.post_found("red")
        workspace = await store.workspace("discord", world.discord.guild_id)
        assert workspace
        async with store.session(workspace.community) as session:
            report = await session.reports.at(
                ReplyTarget("discord", world.discord.guild_id, world.discord.channel("found"), post)
            )
            assert report
            await session.outbox.post(
                report.id, keys.first_reply(report.id), wording.problem("our_fault", "en", report.id)
            )
            await session._do("UPDATE outbox SET due_at = now() + interval '1 hour'")

        async def all_wait() -> bool:
            return len(await store.rows(WAITING)) >= _CONNECTIONS

        async with owner.transaction():
            await owner.execute("LOCK TABLE report IN EXCLUSIVE MODE")
            for _ in range(3 * _CONNECTIONS):  # each waits for 15 seconds at most
                await world.discord.people.post("found", world.ben, "a cup", {"green.jpg": drawing("green")})
            await eventually(all_wait)
            assert [pid for pid, waits_for in await _who_holds(owner) if not waits_for] == [owner.info.backend_pid]
            async with store.session(workspace.community) as session:
                await session._do("UPDATE outbox SET due_at = now()")
            await world.discord.reply(post, within=10)
