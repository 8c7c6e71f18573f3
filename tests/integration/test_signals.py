"""A signal's connection that breaks is replaced: without it, replies would wait for the next poll until a restart."""

import asyncio
from collections.abc import Sequence

import psycopg
from structlog.testing import capture_logs

from db.signals import signals
from tests.support.waiting import PATIENCE, eventually

_LISTENERS = "SELECT pid FROM pg_stat_activity WHERE query = 'LISTEN reunite_test' AND datname = current_database()"


async def test_a_broken_connection_is_replaced(owner_database_url: str, database_url: str) -> None:
    async with (
        await psycopg.AsyncConnection.connect(owner_database_url, autocommit=True) as owner,
        signals(database_url, "reunite_test", lambda payload: payload == "ours") as event,
    ):
        [listener] = await (await owner.execute(_LISTENERS)).fetchall()
        await owner.execute("SELECT pg_terminate_backend(%s)", listener)
        await asyncio.wait_for(event.wait(), PATIENCE)  # something may have been missed
        event.clear()
        await owner.execute("NOTIFY reunite_test, 'theirs'")
        await owner.execute("NOTIFY reunite_test, 'ours'")
        await asyncio.wait_for(event.wait(), PATIENCE)
        [replacement] = await (await owner.execute(_LISTENERS)).fetchall()
        assert replacement != listener
    async with await psycopg.AsyncConnection.connect(owner_database_url, autocommit=True) as owner:

        async def listeners() -> Sequence[object]:
            return await (await owner.execute(_LISTENERS)).fetchall()

        await eventually(listeners, "a listener is left", holds=lambda left: not left)


async def test_an_error_of_any_kind_ends_no_signals(owner_database_url: str, database_url: str) -> None:
    def is_ours(payload: str) -> bool:
        return bool(1 / int(payload))

    async with (
        await psycopg.AsyncConnection.connect(owner_database_url, autocommit=True) as owner,
        signals(database_url, "reunite_test", is_ours) as event,
    ):
        for payload in ("0", "1"):
            with capture_logs() as logged:
                await owner.execute(f"NOTIFY reunite_test, '{payload}'".encode())
                await asyncio.wait_for(event.wait(), PATIENCE)
            said = ["signals_defect", "signals_resumed"] if payload == "0" else []
            assert [entry["event"] for entry in logged] == said
            event.clear()
