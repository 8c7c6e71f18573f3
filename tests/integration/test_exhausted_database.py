"""A database without room for a report says nothing about the report, which is answered once there's room again."""

import psycopg
import pytest

from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import open_world

_FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON embedding EXECUTE FUNCTION no_room();
"""


async def test_a_report_waits_for_room_however_often_it_was_tried(
    database_url: str, owner_database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.process.MAX_FAILURES", 1)
    monkeypatch.setattr("workers.process._EXHAUSTED_PAUSE_SECONDS", 0.1)
    async with (
        await psycopg.AsyncConnection.connect(owner_database_url, autocommit=True) as owner,
        open_world(database_url, redis_url) as world,
        working(database_url, redis_url, rehint_seconds=0.2),
    ):

        async def has_failed() -> bool:
            rows = await owner.execute(b"SELECT FROM work WHERE problem LIKE 'DiskFull%'")
            return rows.rowcount > 0

        await owner.execute(_FULL.encode())
        await world.found("f1", "red")
        await eventually(has_failed)
        await owner.execute(b"DROP FUNCTION no_room CASCADE")
        await eventually(lambda: world.platform.kinds("f1"))
    assert world.platform.kinds("f1") == ["nothing"]
