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
from db.database import _REMEDY, Database, MigrationError
from db.migrate import shipped
from metrics import observed
from metrics.config import MetricsSettings
from tests.support.databases import Databases
from tests.support.keys import KEYS
from tests.support.waiting import PATIENCE, eventually

COMMANDS = ("bot web", "worker", "api", "board")
LATER = "INSERT INTO migration (name, checksum) VALUES ('9999_later.sql', 'another')"
IS_NEWER = "The database is newer than this program (it has 9999_later.sql). Update the program."


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("is_newer", [False, True])
def test_a_database_of_another_version_stops_every_process_at_its_start(  # noqa: PLR0913 - the servers, and two ways
    owner_database_url: str, database_url: str, redis_url: str, tmp_path: Path, command: str, *, is_newer: bool
) -> None:
    last = shipped()[-1].name
    with psycopg.connect(owner_database_url) as connection:
        if is_newer:
            connection.execute(LATER)
        else:
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
    assert told.stderr.splitlines() == [IS_NEWER if is_newer else said]
    assert not ready.exists()


def test_a_database_from_before_the_first_release_is_not_taken_for_a_newer_one(owner_database_url: str) -> None:
    with psycopg.connect(owner_database_url) as connection:
        connection.execute("DELETE FROM migration")
        connection.execute("INSERT INTO migration (name, checksum) VALUES ('0110_withdrawn_claims.sql', 'another')")
    told = CliRunner().invoke(app, ["migrate"], env={"REUNITE_DATABASE_URL": owner_database_url})
    assert told.exit_code == 1
    assert told.stderr.startswith("The database is from before the first release (it has 0110_withdrawn_claims.sql)")


async def test_a_process_ends_once_the_database_is_migrated_for_a_newer_version(
    owner_database_url: str, database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observed, "_HEARTBEAT_SECONDS", 0.05)
    ready = asyncio.Event()
    servers = Connections(database_url=database_url, redis_url=redis_url, keys=KEYS)
    bot = asyncio.create_task(run(BotConfig(connections=servers, adapter=WebConfig(port=0)), ready.set))
    await eventually(ready.is_set)
    with psycopg.connect(owner_database_url) as connection:
        connection.execute(LATER)
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(MigrationError) as told:
            await bot
    assert str(told.value) == IS_NEWER


async def test_what_ends_a_process_is_raised_as_it_is(database_url: str) -> None:
    async with Database(database_url) as database:
        with pytest.raises(ValueError, match=r"^the reason$"):
            async with observed.observed(database, "worker", MetricsSettings()):
                raise ValueError("the reason")


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
        (
            {"dbname": "none_yet"},
            f'The database refuses the connection (database "none_yet" does not exist). {_REMEDY}',
        ),
    ],
)
def test_a_role_or_a_database_that_is_not_there_yet_is_named_at_once(
    database_url: str, missing: dict[str, str], said: str
) -> None:
    url = make_conninfo(database_url, **missing)
    environment = {"REUNITE_DATABASE_URL": url, "REUNITE_REDIS_URL": "redis://127.0.0.1:1", **KEYS.environment()}
    told = CliRunner().invoke(app, ["status"], env=environment)
    assert told.stderr.splitlines() == [said]


def test_a_database_whose_pgvector_is_out_of_reach_is_named_at_once(database_url: str, owner_database_url: str) -> None:
    with psycopg.connect(owner_database_url) as owner:
        owner.execute("CREATE SCHEMA elsewhere")
        owner.execute("ALTER EXTENSION vector SET SCHEMA elsewhere")
    environment = {"REUNITE_DATABASE_URL": database_url, "REUNITE_REDIS_URL": "redis://127.0.0.1:1"}
    told = CliRunner().invoke(app, ["status"], env={**environment, **KEYS.environment()})
    assert told.stderr.splitlines() == ["The database isn't set up yet. Run `reunite migrate` first."]
