"""How long a piece of work takes is read from the latest that were done."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from reunite.ports import Backlog
from tests.contract.stages import Stage, staged


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with staged(database_url) as stage:
        await stage.join()
        yield stage


async def test_what_a_piece_takes_begins_with_itself_or_where_the_one_before_was_done(
    stage: Stage, owner_database_url: str
) -> None:
    now = datetime.now(UTC)
    reports = [await stage.found() for _ in range(7)]
    # Seconds since they were created and done: 4 seconds alone, 2 and 6 in a row, 4 alone, one with a worker's start,
    # and one long ago.
    times = [(100, 96), (50, 48), (50, 42), (40, 36), (300, 200), (9000, 8000)]
    async with await psycopg.AsyncConnection.connect(owner_database_url) as connection:
        for report, (created, done) in zip(reports, times, strict=False):
            await connection.execute(
                "UPDATE work SET state = 'done', created_at = %s, done_at = %s WHERE report_id = %s",
                (now - timedelta(seconds=created), now - timedelta(seconds=done), report.id),
            )
    async with stage.session(reports[0].community) as session:
        assert await session.work.backlog(now - timedelta(minutes=10)) == Backlog(1, 4.0)


async def test_too_few_say_nothing_about_the_pace(stage: Stage, owner_database_url: str) -> None:
    now = datetime.now(UTC)
    reports = [await stage.found() for _ in range(4)]
    async with await psycopg.AsyncConnection.connect(owner_database_url) as connection:
        await connection.execute(
            "UPDATE work SET state = 'done', created_at = %s, done_at = %s",
            (now - timedelta(seconds=90), now - timedelta(seconds=30)),
        )
    async with stage.session(reports[0].community) as session:
        assert await session.work.backlog(now - timedelta(minutes=10)) == Backlog(0, None)


async def test_a_long_wait_is_no_part_of_what_a_piece_takes(stage: Stage, owner_database_url: str) -> None:
    now = datetime.now(UTC)
    reports = [await stage.found() for _ in range(25)]
    async with await psycopg.AsyncConnection.connect(owner_database_url) as connection:
        for number, report in enumerate(reports):  # all waited for five minutes, then one was done each second
            await connection.execute(
                "UPDATE work SET state = 'done', created_at = %s, done_at = %s WHERE report_id = %s",
                (now - timedelta(seconds=330), now - timedelta(seconds=30 - number), report.id),
            )
    async with stage.session(reports[0].community) as session:
        assert await session.work.backlog(now - timedelta(minutes=10)) == Backlog(0, 1.0)
