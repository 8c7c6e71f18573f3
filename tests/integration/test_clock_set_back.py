"""The database's clock is set back: what was due, leased or hinted at before doesn't wait until it's as late again."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from db.monitoring import Monitoring
from tests.support.services import working
from tests.support.world import World, world_without_a_worker

world_fixture = pytest.fixture(world_without_a_worker, name="world")


HOUR_BACK = """
SELECT note_time();
UPDATE clock SET latest = latest + interval '1 hour';
UPDATE process SET seen_at = seen_at + interval '1 hour';
UPDATE work SET due_at = due_at + interval '1 hour', hinted_at = hinted_at + interval '1 hour',
  leased_until = leased_until + interval '1 hour';
UPDATE outbox SET due_at = due_at + interval '1 hour', leased_until = leased_until + interval '1 hour';
"""
"""Instead of the clock, all moments are moved."""


@pytest.fixture
async def owner(owner_database_url: str) -> AsyncIterator[psycopg.AsyncConnection]:
    """The owner's connection, which sees all communities."""
    async with await psycopg.AsyncConnection.connect(owner_database_url, autocommit=True) as connection:
        yield connection


async def beat(world: World) -> timedelta | None:
    return await Monitoring(world.store).beat(uuid4(), "worker", "host", 1, "0")


async def seconds(owner: psycopg.AsyncConnection, column: str, table: str) -> list[int]:
    """Return how many seconds from now the moments in a column are."""
    query = sql.SQL("SELECT round(extract(epoch FROM {} - now()))::int FROM {}")
    found = await owner.execute(query.format(sql.Identifier(column), sql.Identifier(table)))
    return [value for [value] in await found.fetchall()]


async def test_reports_and_replies_from_before_are_answered_at_once(
    world: World, database_url: str, redis_url: str, owner: psycopg.AsyncConnection
) -> None:
    await world.found("f1", "red")
    await owner.execute("UPDATE work SET leased_until = now() + interval '1 second'")  # its worker was killed
    await owner.execute(HOUR_BACK)
    async with working(database_url, redis_url):
        await world.wait_for_reply("f1", "nothing")
        edit = "UPDATE outbox SET state = 'queued', task = 'edit', due_at = now(), leased_until = now()"
        await owner.execute(f"BEGIN; {edit}; {HOUR_BACK} COMMIT;".encode())
        assert await beat(world)
        await world.wait_until_idle()


async def test_a_pause_stays_as_long_as_it_was_and_a_new_lease_is_kept(
    world: World, owner: psycopg.AsyncConnection
) -> None:
    await world.found("f1", "red")
    await world.lost("l1", "a cup")
    await owner.execute("UPDATE work SET due_at = now() + interval '10 minutes', leased_until = NULL")
    await owner.execute(HOUR_BACK)
    assert await seconds(owner, "due_at", "work") == [4200, 4200]
    await owner.execute("UPDATE work SET leased_until = now() + interval '1 minute'")
    back = await beat(world)
    assert back
    assert round(back.total_seconds()) in range(3540, 3601)
    assert all(value in range(600, 661) for value in await seconds(owner, "due_at", "work"))
    assert all(value in range(1, 61) for value in await seconds(owner, "leased_until", "work"))
    assert await seconds(owner, "seen_at", "process") == [0]
    assert await beat(world) is None


async def test_a_clock_that_goes_on_or_is_set_forward_changes_nothing(
    world: World, owner: psycopg.AsyncConnection
) -> None:
    await world.found("f1", "red")
    await owner.execute("UPDATE work SET due_at = now() + interval '10 minutes'")
    await beat(world)
    for seconds_ahead in (-86400, 60, 0):
        await owner.execute("UPDATE clock SET latest = now() + %s * interval '1 s'", [seconds_ahead])
        assert await beat(world) is None
    assert [value in range(540, 601) for value in await seconds(owner, "due_at", "work")] == [True]
