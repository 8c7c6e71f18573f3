"""What is said where the database can't be reached."""

import asyncio
import logging
import socket

import psycopg
import pytest
from psycopg import conninfo, sql

from db import database as opening
from db.database import Database, MigrationError
from db.migrate import migrate


@pytest.fixture
def nowhere() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"postgresql://reunite_app@127.0.0.1:{free.getsockname()[1]}/reunite"


async def test_the_cause_is_in_the_one_sentence(
    nowhere: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(opening, "_OPEN_SECONDS", 1)
    with caplog.at_level(logging.WARNING), pytest.raises(psycopg.OperationalError) as refused:
        async with Database(nowhere):
            pass
    assert "Connection refused" in str(refused.value)
    assert "REUNITE_DATABASE_URL" in str(refused.value)
    assert not caplog.records  # a pool would write a line for each attempt


async def test_a_server_without_a_free_connection_is_named_with_its_remedy(
    database_url: str, owner_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = conninfo.conninfo_to_dict(owner_database_url)["dbname"]
    limit = sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}")
    monkeypatch.setattr(opening, "_OPEN_SECONDS", 1)
    with psycopg.connect(owner_database_url, autocommit=True) as owner:
        owner.execute(limit.format(sql.Identifier(str(name)), sql.Literal(0)))
        try:
            with pytest.raises(psycopg.OperationalError, match=r"too many connections.* Raise max_connections"):
                async with Database(database_url):
                    pass
        finally:
            owner.execute(limit.format(sql.Identifier(str(name)), sql.Literal(-1)))


async def test_what_an_earlier_attempt_said_is_not_lost_where_the_last_takes_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = [psycopg.OperationalError("the database system is shutting down")]

    async def connect(_: str) -> psycopg.AsyncConnection:
        if said:
            raise said.pop()
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(opening, "_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(opening, "_OPEN_SECONDS", 0.5)
    monkeypatch.setattr("db.database.psycopg.AsyncConnection.connect", connect)
    with pytest.raises(psycopg.OperationalError, match="is shutting down"):
        await opening._require_schema("")


async def test_a_server_that_is_about_to_start_is_waited_for(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = psycopg.AsyncConnection.connect
    refused = [psycopg.OperationalError("the database system is starting up")]

    async def connect_later(url: str) -> psycopg.AsyncConnection:
        if refused:
            raise refused.pop()
        return await connect(url)

    monkeypatch.setattr(opening, "_PAUSE_SECONDS", 0)
    monkeypatch.setattr("db.database.psycopg.AsyncConnection.connect", connect_later)
    await opening._require_schema(database_url)
    assert not refused


async def test_a_migration_names_the_owners_setting(nowhere: str) -> None:
    with pytest.raises(MigrationError, match=r"Connection refused.*REUNITE_OWNER_DATABASE_URL"):
        await migrate(nowhere)
