"""Connections that the server has closed, or that lead to a standby: the next transaction gets a new one."""

import asyncio
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg_pool import base

from db.database import DatabaseAwayError
from db.store import Store
from reunite.commands import JoinWorkspace
from reunite.entities import Workspace
from tests.support.away import database_away

_PID = "SELECT pg_backend_pid() AS pid"


@pytest.mark.parametrize("way", ["session", "rows", "entered", "outside"])
async def test_a_closed_connection_is_replaced_unnoticed(database_url: str, owner_database_url: str, way: str) -> None:
    async with Store(database_url, connections=1) as store:
        workspace = await store.join(JoinWorkspace("web", "here", "Our place"))
        [before] = await store.rows(_PID)
        async with await psycopg.AsyncConnection.connect(owner_database_url, autocommit=True) as owner:
            await owner.execute("SELECT pg_terminate_backend(%s, 10000)", [before["pid"]])
        if way == "session":
            async with store.session(workspace.community) as session:
                assert await session._one("SELECT count(*) AS n FROM workspace") == {"n": 1}
        elif way == "entered":
            async with store.entered("web", "here") as (entered, _, _):
                assert entered == workspace
        elif way == "outside":
            async with store.outside() as connection:
                await connection.execute(b"SELECT 1")
        [now] = await store.rows(_PID)
    assert now["pid"] != before["pid"]


async def _rename(store: Store, workspace: Workspace, way: str) -> None:
    change: LiteralString = "UPDATE workspace SET name = 'There'"
    if way == "session":
        async with store.session(workspace.community) as session:
            await session._do(change)
    elif way == "outside":
        async with store.outside() as connection:
            await connection.execute(change)
    else:
        await store.rows(change)


@pytest.mark.parametrize("way", ["session", "rows", "outside"])
async def test_a_connection_to_a_standby_is_given_up_with_the_first_write_that_it_refuses(
    database_url: str, way: str
) -> None:
    async with Store(database_url, connections=1) as store:
        workspace = await store.join(JoinWorkspace("web", "here", "Our place"))
        await store.rows("SET default_transaction_read_only = on")  # as on a server that has become a standby
        with pytest.raises(
            DatabaseAwayError, match=r"accepts no writes .*\. REUNITE_DATABASE_URL must lead to the primary"
        ):
            await _rename(store, workspace, way)
        await store.join(JoinWorkspace("web", "here", "Another place"))


async def test_a_database_that_was_away_for_long_is_used_as_soon_as_it_is_back(
    database_url: str, owner_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base.AttemptWithBackoff, "INITIAL_DELAY", 60)  # what the pause has grown to after a minute
    monkeypatch.setattr("db.database._RECONNECT_SECONDS", 0.1)
    async with Store(database_url, connections=1) as store:
        with database_away(owner_database_url), pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await store.rows(_PID)
        await store.rows(_PID)


async def test_a_new_connection_asks_for_one_type_only(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, execute = list[str](), psycopg.AsyncCursor.execute

    async def noted(cursor: Any, query: Any, *given: Any, **settings: Any) -> Any:
        asked.append(str(query))
        return await execute(cursor, query, *given, **settings)

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", noted)
    async with Store(database_url, connections=1):
        assert sum("pg_type" in query for query in asked) == 1
