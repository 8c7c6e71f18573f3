"""A migration that has to wait for a lock, because of a backup for example, keeps nobody else waiting."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest

from db import migrate as migrating
from db.database import MigrationError
from db.migrate import Migration, migrate, pending
from tests.support.databases import Databases
from tests.support.waiting import PATIENCE, eventually

NEXT = Migration("9999_next.sql", "ALTER TABLE report ADD COLUMN next boolean;")
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


async def is_waiting(connection: psycopg.AsyncConnection) -> bool:
    """Return whether anybody waits for a lock."""
    return bool(await (await connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted")).fetchone())


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
