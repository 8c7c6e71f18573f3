"""A migration that has to wait for a lock, because of a backup for example, keeps nobody else waiting."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest
from structlog.testing import capture_logs

from db import migrate as migrating
from db.database import MigrationError
from db.migrate import Migration, migrate, pending
from tests.support.databases import WAITING, Databases
from tests.support.waiting import PATIENCE, eventually

NEXT = Migration("9999_next.sql", "ALTER TABLE report ADD COLUMN next boolean;")
IMPOSSIBLE = """
WITH c AS (INSERT INTO community (name) VALUES ($$$$) RETURNING id),
  w AS (INSERT INTO workspace (community_id, platform, external_id, name)
    SELECT id, 'web', '{0}', '' FROM c RETURNING *)
INSERT INTO report (community_id, workspace_id, source_key, kind, author_id, author_name, channel, expires_at, sealed,
  private, category)
SELECT community_id, id, '{0}', '{1}', 'a', 'Ada', 'lost', now(), {2}, {3}, '{4}' FROM w
"""
READ = "SELECT count(*) FROM report"


@pytest.fixture
def migrated(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A migrated database's URL; from now on, one more migration is shipped."""
    monkeypatch.setattr(migrating, "_LOCK_SECONDS", 0.2)
    monkeypatch.setattr(migrating, "_PAUSE_SECONDS", 0.2)
    with databases.empty() as url:
        asyncio.run(migrate(url))
        files = [*migrating.shipped(), NEXT]
        monkeypatch.setattr(migrating, "shipped", lambda: files)
        yield url


def test_impossible_reports_stay_hidden_and_no_more_are_stored(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = migrating.shipped()
    with databases.empty() as url:
        monkeypatch.setattr(migrating, "shipped", lambda: [file for file in files if file.name < "0134"])
        asyncio.run(migrate(url))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(IMPOSSIBLE.format("f", "found", "false", "true", "id"))
            connection.execute(IMPOSSIBLE.format("l", "lost", "true", "false", "crown"))
            monkeypatch.setattr(migrating, "shipped", lambda: files)
            asyncio.run(migrate(url))
            kept = connection.execute(
                "SELECT kind, sealed, private, category FROM report ORDER BY kind DESC"
            ).fetchall()
            assert sorted(kept) == [("found", True, False, "id"), ("lost", False, True, "other")]
            for values in (
                ("a", "found", "false", "true", "id"),
                ("b", "lost", "true", "false", "id"),
                ("c", "found", "true", "false", "crown"),
            ):
                with pytest.raises(psycopg.errors.CheckViolation):
                    connection.execute(IMPOSSIBLE.format(*values))


async def is_waiting(connection: psycopg.AsyncConnection) -> bool:
    """Return whether anybody waits for a lock in this database."""
    return bool(await (await connection.execute(WAITING)).fetchone())


async def test_readers_go_on_while_a_migration_waits_for_a_backup(migrated: str) -> None:
    async with (
        await psycopg.AsyncConnection.connect(migrated) as backup,
        await psycopg.AsyncConnection.connect(migrated, autocommit=True) as reader,
    ):
        await backup.execute(READ)  # as pg_dump does, until its end
        update = asyncio.create_task(migrate(migrated))
        await eventually(lambda: is_waiting(reader))
        async with asyncio.timeout(PATIENCE):
            await reader.execute(READ)
        assert not update.done()
        await backup.rollback()
        assert await update == [NEXT.name]
        await reader.execute("SELECT next FROM report")


async def test_a_migration_that_never_gets_its_lock_says_so_and_leaves_everything(
    migrated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "_PATIENCE_SECONDS", 0.5)
    async with await psycopg.AsyncConnection.connect(migrated) as backup:
        await backup.execute(READ)
        with pytest.raises(MigrationError, match=r"^9999_next\.sql can.t be applied.*such as a backup"):
            await migrate(migrated)
    assert await pending(migrated) == [NEXT.name]
    assert await migrate(migrated) == [NEXT.name]


async def test_a_second_migration_says_that_it_waits_for_the_first(migrated: str) -> None:
    async with await psycopg.AsyncConnection.connect(migrated, autocommit=True) as first:
        await first.execute("SELECT pg_advisory_lock(%s)", [migrating._LOCK])
        with capture_logs() as logs:
            second = asyncio.create_task(migrate(migrated))
            await eventually(lambda: is_waiting(first))
        await first.execute("SELECT pg_advisory_unlock_all()")
        assert await second == [NEXT.name]
    assert [(line["event"], line["reason"]) for line in logs] == [("migration_waits", "another migration is running")]
