"""A database that lacks room, or whose tables someone locks, says nothing about a report: it's answered after that."""

import psycopg
import pytest

from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import open_world

_REFUSE = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '{}'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON embedding EXECUTE FUNCTION no_room();
"""


@pytest.mark.parametrize("code", ["disk_full", "lock_not_available"])
async def test_a_report_waits_until_it_is_over_however_often_it_was_tried(
    database_url: str, owner_database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr("workers.process.MAX_FAILURES", 1)
    monkeypatch.setattr("workers.process._EXHAUSTED_PAUSE_SECONDS", 0.1)
    async with (
        await psycopg.AsyncConnection.connect(owner_database_url, autocommit=True) as owner,
        open_world(database_url, redis_url) as world,
        working(database_url, redis_url, rehint_seconds=0.2),
    ):

        async def has_failed() -> bool:
            rows = await owner.execute(b"SELECT FROM work WHERE problem LIKE '%not now%'")
            return rows.rowcount > 0

        await owner.execute(_REFUSE.format(code).encode())
        await world.found("f1", "red")
        await eventually(has_failed)
        await owner.execute(b"DROP FUNCTION no_room CASCADE")
        await eventually(lambda: world.platform.kinds("f1"))
    assert world.platform.kinds("f1") == ["nothing"]
