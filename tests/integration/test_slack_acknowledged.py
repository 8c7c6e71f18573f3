"""What Slack counts as done is in the database: a bot that is killed right after loses nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from bot.slack import background
from tests.doubles.slack_scene import Scene, scene_in


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with scene_in(database_url) as opened:
        yield opened


@asynccontextmanager
async def held(owner_database_url: str) -> AsyncIterator[psycopg.AsyncConnection]:
    """Hold back whatever is written for any workspace, until a rollback."""
    async with await psycopg.AsyncConnection.connect(owner_database_url) as connection:
        await connection.execute("SELECT FROM workspace FOR UPDATE")
        yield connection


async def test_a_command_is_acknowledged_once_its_report_is_written(
    scene: Scene, owner_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "PATIENCE", 30)
    async with held(owner_database_url) as lock:
        used = asyncio.create_task(scene.slack.slash("lost", "a black rucksack", scene.ada, scene.lost))
        _, waiting = await asyncio.wait({used}, timeout=0.7)
        assert waiting
        await lock.rollback()
        await used
    assert [report.text for report in await scene.reports()] == ["a black rucksack"]


async def test_a_slow_database_delays_the_acknowledgement_no_longer_than_slack_waits(
    scene: Scene, owner_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "PATIENCE", 0.2)
    async with held(owner_database_url) as lock:
        async with asyncio.timeout(3):
            await scene.slack.slash("lost", "a black rucksack", scene.ada, scene.lost)
        assert await scene.reports() == []
        await lock.rollback()
    [report] = await scene.until_reported()
    assert report.text == "a black rucksack"
