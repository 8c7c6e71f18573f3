"""The drill: back up, lose the database, restore into a new one, and everything is there."""

import gzip
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import conninfo, sql

from cli import backup
from cli.errors import UsageError
from cli.unfinished import unfinished
from db.database import MigrationError
from db.keys import new_key
from db.store import Store
from tests.support.databases import Databases
from tests.support.keys import KEYS
from tests.support.posts import posted
from tests.support.processes import reunite_here, reunite_in_thread
from tests.support.waiting import wait_until

EARLIER = Path(__file__).parents[1] / "data" / "earlier_database.sql.gz"


def contents(owner_url: str) -> dict[str, Any]:
    """Every table's rows, as one hash each."""
    with psycopg.connect(owner_url) as connection:
        names = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        ).fetchall()
        query = "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} AS t"
        return {name: connection.execute(sql.SQL(query).format(sql.Identifier(name))).fetchone() for [name] in names}


@pytest.mark.slow
async def test_a_backup_restores_everything_into_a_new_database(environment: dict[str, str], tmp_path: Path) -> None:
    owner_url = environment["REUNITE_OWNER_DATABASE_URL"]
    async with Store(environment["REUNITE_DATABASE_URL"]) as store:
        workspace = await posted(store, "ours")
    await reunite_in_thread(environment, "migrate")  # which notes the deployment's keys
    before, file = contents(owner_url), tmp_path / "reunite.dump"
    await reunite_in_thread(environment, "backup", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "already exists" in await reunite_in_thread(environment, "backup", str(file), fails=True)
    assert "isn't empty" in await reunite_in_thread(environment, "restore", str(file), fails=True)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        name = f"{conninfo.conninfo_to_dict(owner_url)['dbname']}_restored"
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            elsewhere = {
                variable: conninfo.make_conninfo(environment[variable], dbname=name)
                for variable in ("REUNITE_DATABASE_URL", "REUNITE_OWNER_DATABASE_URL")
            }
            damaged = tmp_path / "damaged.dump"
            damaged.write_bytes(file.read_bytes()[:-2000])
            refused = await reunite_in_thread({**environment, **elsewhere}, "restore", str(damaged), fails=True)
            assert "pg_restore failed: could not read" in refused
            assert "The database is as it was before." in refused
            assert "Restored" in await reunite_in_thread({**environment, **elsewhere}, "restore", str(file))
            wrong_keys = {**environment, **elsewhere, "REUNITE_KEYS": new_key()}
            assert "key" in await reunite_in_thread(wrong_keys, "migrate", fails=True)
            assert contents(elsewhere["REUNITE_OWNER_DATABASE_URL"]) == before
            async with Store(elsewhere["REUNITE_DATABASE_URL"]) as store:
                async with store.session(workspace.community) as session:
                    assert await session.work.unfinished() == 1
                assert await store.workspace("web", "ours") == workspace
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_a_backups_keys_are_checked_before_its_schema(
    environment: dict[str, str], databases: Databases, tmp_path: Path
) -> None:
    file = str(tmp_path / "other.dump")

    def at(url: str, **others: str) -> dict[str, str]:
        return {**environment, "REUNITE_OWNER_DATABASE_URL": url, **others}

    with databases.empty() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(gzip.decompress(EARLIER.read_bytes()))
            connection.execute("INSERT INTO public.migration (name, checksum) VALUES ('9999_later.sql', 'another')")
            connection.execute("INSERT INTO public.key_check (token) VALUES (%s)", [KEYS.encrypt("reunite")])
        reunite_here(at(url), "backup", file)
    for keys, problem in ({"REUNITE_KEYS": new_key()}, "The keys don't fit"), ({}, "is newer than this program"):
        with databases.empty() as url:
            assert problem in reunite_here(at(url, **keys), "restore", file, fails=True)


def test_two_backups_of_one_name_at_the_same_time_are_both_whole(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner_url, file, run = environment["REUNITE_OWNER_DATABASE_URL"], tmp_path / "reunite.dump", backup._run
    written = []

    def run_meanwhile(tool: Path, url: str, *options: str, shown: Callable[[], str]) -> None:
        monkeypatch.setattr(backup, "_run", run)
        backup.backup(url, file)
        written.append(file.read_bytes())
        run(tool, url, *options, shown=shown)

    monkeypatch.setattr(backup, "_run", run_meanwhile)
    backup.backup(owner_url, file)
    assert [dump[:5] for dump in (*written, file.read_bytes())] == [b"PGDMP"] * 2
    assert list(tmp_path.iterdir()) == [file]


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server count as one that doesn't know the newer programs' setting."""
    monkeypatch.setattr(backup, "_KNOWN_SINCE", 99)
    monkeypatch.setattr(backup, "_version", lambda _: 99)


@pytest.mark.usefixtures("older")
def test_an_older_server_is_filled_as_a_whole_or_not_at_all(
    owner_database_url: str, databases: Databases, tmp_path: Path
) -> None:
    whole, cut = tmp_path / "reunite.dump", tmp_path / "cut.dump"
    backup.backup(owner_database_url, whole)
    cut.write_bytes(whole.read_bytes()[:-2000])
    with databases.empty() as url:
        with pytest.raises(UsageError, match=r"^pg_restore failed: .* as it was before"):
            backup.restore(url, cut)
        assert contents(url) == {}
        with psycopg.connect(url, autocommit=True) as connection:
            others = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
            # Until the killed psql's connection is gone, its restore counts as being at work.
            wait_until(lambda: connection.execute(others, [connection.info.dbname]).fetchone() == (0,))
            connection.execute("CREATE TABLE report ()")
        with pytest.raises(UsageError, match=r"^psql failed: relation .report. already exists"):
            backup.restore(url, whole)
        with psycopg.connect(url) as connection:
            connection.execute("DROP TABLE report")
        backup.restore(url, whole)
        assert contents(url) == contents(owner_database_url)


def test_a_restore_waits_for_the_program_of_a_killed_one(owner_database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "reunite.dump"
    backup.backup(owner_database_url, file)
    with (
        psycopg.connect(owner_database_url, application_name="reunite pg_restore"),
        pytest.raises(UsageError, match=r"Another restore is filling the database .*nothing was changed"),
    ):
        backup.restore(owner_database_url, file)


def test_of_two_restores_at_the_same_time_one_is_refused(
    owner_database_url: str, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, run = tmp_path / "reunite.dump", backup._run
    backup.backup(owner_database_url, file)

    def run_meanwhile(tool: Path, url: str, *options: str, shown: Callable[[], str]) -> None:
        monkeypatch.setattr(backup, "_run", run)
        with pytest.raises(UsageError, match=r"Another restore is filling the database .*nothing was changed"):
            backup.restore(url, file)
        assert shown().endswith(" MB in the database.")
        run(tool, url, *options, shown=shown)

    monkeypatch.setattr(backup, "_run", run_meanwhile)
    with databases.empty() as url:
        backup.restore(url, file)
        assert contents(url) == contents(owner_database_url)


@pytest.mark.parametrize(
    ("name", "hours", "stays"),
    [
        ("reunite-monday.dump.abcd_123.reunite.part", 25, False),
        ("reunite-monday.dump.abcd_123.reunite.part", 23, True),  # it may still be written
        ("base.dump.abcd_123.part", 25, True),  # somebody else's
    ],
)
def test_a_backup_clears_up_what_killed_ones_have_left(tmp_path: Path, name: str, hours: int, *, stays: bool) -> None:
    left = tmp_path / name
    left.mkdir()
    (left / "reunite-monday.dump").touch()
    for path in (left / "reunite-monday.dump", left):
        os.utime(path, (time.time() - hours * 3600,) * 2)
    with pytest.raises(MigrationError, match=r"as its owner .*REUNITE_OWNER_DATABASE_URL"):
        backup.backup("postgresql://127.0.0.1:1/nowhere", tmp_path / "reunite-tuesday.dump")
    assert left.exists() is stays


def test_a_backup_clears_up_the_unfinished_file_of_a_killed_one(tmp_path: Path) -> None:
    left = tmp_path / "reunite-monday.dump.abcd_123.reunite.part"
    left.write_bytes(b"everything")
    os.utime(left, (time.time() - 25 * 3600,) * 2)
    with pytest.raises(MigrationError, match=r"as its owner .*REUNITE_OWNER_DATABASE_URL"):
        backup.backup("postgresql://127.0.0.1:1/nowhere", tmp_path / "reunite-tuesday.dump")
    assert not left.exists()


def test_a_server_that_breaks_off_is_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError), unfinished(tmp_path / "reunite.dump"):
        raise ConnectionResetError
