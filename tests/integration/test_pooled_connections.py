"""Connections that the server has closed while nobody used them: the next transaction gets a new one."""

import psycopg
import pytest

from db.store import Store
from reunite.commands import JoinWorkspace

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
