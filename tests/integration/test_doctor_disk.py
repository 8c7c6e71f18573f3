"""`reunite doctor` notices that the database accepts no new data, or hangs, although it answers."""

from dataclasses import replace

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from bot.doctor import Finding
from cli import doctor
from cli.servers import Servers
from cli.settings import Settings
from db.database import MigrationError


async def of_the_disk(where: Servers, owner_database_url: str) -> Finding:
    [finding] = await doctor._disk(replace(where, owner_database_url=owner_database_url))
    return finding


async def test_a_database_that_takes_no_new_data_is_a_problem(where: Servers, owner_database_url: str) -> None:
    fine = await of_the_disk(where, owner_database_url)
    assert (fine.ok, fine.found) == (True, "accepts new data")
    bad = await of_the_disk(where, make_conninfo(owner_database_url, options="-c default_transaction_read_only=on"))
    assert bad.ok is False
    assert "read-only" in bad.found
    assert bad.remedy == "Connect to the primary, not to a standby."


@pytest.mark.parametrize(("code", "remedy"), [("53100", "Make room on PostgreSQL's disk."), ("53200", "")])
async def test_only_a_full_disk_is_blamed_on_the_disk(
    where: Servers, owner_database_url: str, monkeypatch: pytest.MonkeyPatch, code: str, remedy: str
) -> None:
    failing = f"DO $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '{code}'; END $$"
    monkeypatch.setattr(doctor, "_MORE_DATA", failing)
    bad = await of_the_disk(where, owner_database_url)
    assert (bad.ok, bad.found) == (False, "not now")
    assert bad.remedy.startswith(remedy)
    assert bool(bad.remedy) == bool(remedy)


async def test_it_waits_neither_for_a_standby_nor_for_what_hangs(
    where: Servers, owner_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_MORE_DATA", "CREATE TABLE left_by_doctor ()")
    assert (await of_the_disk(where, owner_database_url)).ok
    async with await psycopg.AsyncConnection.connect(owner_database_url) as other:
        left = await other.execute("SELECT to_regclass('left_by_doctor')")
        assert await left.fetchone() == (None,)  # nothing was committed
        await other.execute("LOCK TABLE embedding_model, outbox")
        monkeypatch.setattr(doctor, "_SECONDS", 1)
        monkeypatch.setattr(doctor, "_MORE_DATA", "SELECT pg_sleep(1000)")
        found = [finding async for finding in doctor._database(Settings(), where)]
    unanswered = [finding for finding in found if finding.found == "no answer within 1 second"]
    assert [finding.what for finding in unanswered] == ["its disk", "Encoder", "Processes"]
    assert {finding.remedy for finding in unanswered} == {doctor._STUCK}


async def test_what_an_error_says_gets_no_remedy_for_something_else() -> None:
    async def check() -> list[Finding]:
        raise MigrationError("The database is newer than this program. Update the program.")

    [finding] = await doctor._in_time("its schema", check())
    assert (finding.found, finding.remedy) == ("The database is newer than this program. Update the program.", "")
