"""What the long-running commands do in a database whose schema isn't that of the program."""

import asyncio
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from structlog.testing import capture_logs
from typer.testing import CliRunner

from bot.app import BotConfig, run
from bot.web.config import WebConfig
from cli.main import app
from db.config import Connections
from db.database import _REMEDY
from db.migrate import shipped
from tests.support.databases import Databases
from tests.support.keys import KEYS
from tests.support.services import background


@pytest.mark.parametrize("command", ["bot web", "worker", "api", "board"])
def test_a_database_that_was_not_migrated_stops_every_process_at_its_start(
    owner_database_url: str, database_url: str, redis_url: str, tmp_path: Path, command: str
) -> None:
    last = shipped()[-1].name
    with psycopg.connect(owner_database_url) as connection:
        connection.execute("DELETE FROM migration WHERE name = %s", [last])
    ready = tmp_path / "ready"
    environment = {
        "REUNITE_DATABASE_URL": database_url,
        "REUNITE_REDIS_URL": redis_url,
        "REUNITE_READY_FILE": str(ready),
        **KEYS.environment(),
    }
    told = CliRunner().invoke(app, command.split(), env=environment)
    assert told.exit_code == 1
    said = f"The database isn't up to date: it lacks {last}. Run `reunite migrate` first."
    assert told.stderr.splitlines() == [said]
    assert not ready.exists()


async def test_a_newer_database_is_only_logged(owner_database_url: str, database_url: str, redis_url: str) -> None:
    """In a rolling update, what still has the older version may start again."""
    with psycopg.connect(owner_database_url) as connection:
        connection.execute("INSERT INTO migration (name, checksum) VALUES ('9999_later.sql', 'another')")
    ready = asyncio.Event()
    servers = Connections(database_url=database_url, redis_url=redis_url, keys=KEYS)
    with capture_logs() as logs:
        async with background(run(BotConfig(connections=servers, adapter=WebConfig(port=0)), ready.set), ready):
            pass
    [said] = [line for line in logs if line["event"] == "database_is_newer"]
    assert (said["log_level"], said["migration"]) == ("warning", "9999_later.sql")


@pytest.mark.parametrize("command", ["status", "communities", "token list", "worker"])
def test_an_empty_database_is_named_at_once(databases: Databases, redis_url: str, command: str) -> None:
    with databases.empty() as url, capture_logs() as logs:
        environment = {"REUNITE_DATABASE_URL": url, "REUNITE_REDIS_URL": redis_url, **KEYS.environment()}
        told = CliRunner().invoke(app, command.split(), env=environment)
    assert told.stderr.splitlines() == ["The database isn't set up yet. Run `reunite migrate` first."]
    assert (told.exit_code, [line for line in logs if line["log_level"] == "warning"]) == (1, [])


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"user": "nobody_yet"}, "The database isn't set up yet. Run `reunite migrate` first."),
        ({"dbname": "none_yet"}, f"The database refuses the connection. {_REMEDY}"),
    ],
)
def test_a_role_or_a_database_that_is_not_there_yet_is_named_at_once(
    database_url: str, missing: dict[str, str], said: str
) -> None:
    url = make_conninfo(database_url, **missing)
    environment = {"REUNITE_DATABASE_URL": url, "REUNITE_REDIS_URL": "redis://127.0.0.1:1", **KEYS.environment()}
    told = CliRunner().invoke(app, ["status"], env=environment)
    assert told.stderr.splitlines() == [said]
