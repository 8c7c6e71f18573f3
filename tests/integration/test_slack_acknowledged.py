"""What Slack counts as done is in the database: a bot that is killed right after loses nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from bot.slack import background
from tests.support.slack_adapter import World, connected_world
from tests.support.waiting import PATIENCE

world_fixture = pytest.fixture(connected_world, name="world")


@asynccontextmanager
async def held(owner_database_url: str) -> AsyncIterator[psycopg.AsyncConnection]:
    """Hold back whatever is written for any workspace, until a rollback."""
    async with await psycopg.AsyncConnection.connect(owner_database_url) as connection:
        await connection.execute("SELECT FROM workspace FOR UPDATE")
        yield connection


async def test_a_command_is_acknowledged_once_its_report_is_written(
    world: World, owner_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "ACKNOWLEDGE_SECONDS", 30)
    async with held(owner_database_url) as lock:
        used = asyncio.create_task(world.slack.slash("lost", "a black rucksack", world.ada, world.lost))
        _, waiting = await asyncio.wait({used}, timeout=0.7)
        assert waiting
        await lock.rollback()
        await used
    assert [report.text for report in await world.reports()] == ["a black rucksack"]


async def test_a_slow_database_delays_the_acknowledgement_no_longer_than_slack_waits(
    world: World, owner_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "ACKNOWLEDGE_SECONDS", 0.2)
    async with held(owner_database_url) as lock:
        async with asyncio.timeout(PATIENCE):
            await world.slack.slash("lost", "a black rucksack", world.ada, world.lost)
        assert await world.reports() == []
        await lock.rollback()
    [report] = await world.wait_for_reports()
    assert report.text == "a black rucksack"
