"""`reunite backfill` asks the bot, watches it, and says what came of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cli.errors import UsageError
from cli.history import backfilling
from cli.history.backfilling import Selection
from cli.servers import Servers
from db.backfills import STOPPED, Backfills
from tests.doubles.slack import TEAM, SlackDouble
from tests.support.past_posts import workspace_of
from tests.support.slack_adapter import JPEG, World, world_on
from tests.support.waiting import eventually

WISH = Selection("slack")


@pytest.fixture(name="world")
async def workspace_with_a_past(database_url: str) -> AsyncIterator[World]:
    async with SlackDouble.running() as slack, world_on(slack, database_url, between_pages=0.02) as world:
        for number in range(5):
            at = datetime.now(UTC) - timedelta(days=9 - number)
            slack.post_photo(world.found, world.ada, JPEG, f"find {number}", unheard=True, ts=f"{at.timestamp():.6f}")
        slack.post_unheard(world.lost, world.ada, "words alone", ts=f"{at.timestamp():.6f}")
        workspace = await workspace_of(world.store, "slack", TEAM)
        await eventually(lambda: Backfills(world.store).channels(workspace))
        yield world


async def test_it_says_what_was_taken_and_what_was_not(
    world: World, where: Servers, capsys: pytest.CaptureFixture[str]
) -> None:
    found = await backfilling.run(where, replace(WISH, since=datetime.now(UTC) - timedelta(days=90)))
    assert backfilling.summary(found) == [
        "Read 6 messages: 5 reports with 5 photos.",
        "Skipped: 1.",
        "  1 without a photo",
    ]
    assert [(channel["channel"], channel["reports"]) for channel in backfilling.as_json(found)] == [
        ("found", 5),
        ("lost", 0),
    ]
    text = capsys.readouterr().err
    assert "Reading past posts" in text
    assert "their reports would expire right away" in text
    assert "`reunite bot slack` doesn't seem to be running" in text
    assert len(await world.reports()) == 5


async def test_it_reads_only_the_channels_and_days_that_are_meant(world: World, where: Servers) -> None:
    since = datetime.now(UTC) - timedelta(days=7, hours=1)
    [found] = await backfilling.run(where, replace(WISH, channels=("#found",), since=since))
    assert (found.name, found.tally.reports) == ("found", 3)
    with pytest.raises(UsageError, match="no such channel"):
        await backfilling.run(where, replace(WISH, channels=("general",)))
    assert len(await world.reports()) == 3


async def test_a_platform_where_the_community_is_not(world: World, where: Servers) -> None:
    assert await world.reports() == []
    with pytest.raises(UsageError, match="isn't on Discord"):
        await backfilling.run(where, Selection("discord"))


async def test_it_can_be_stopped(world: World, where: Servers, capsys: pytest.CaptureFixture[str]) -> None:
    world.slack.api.history_every = 3600
    watching = asyncio.create_task(backfilling.run(where, WISH))
    workspace = await workspace_of(world.store, "slack", TEAM)
    await eventually(lambda: Backfills(world.store).of(workspace))
    again = asyncio.create_task(backfilling.run(where, replace(WISH, answers=True)))
    await eventually(lambda: "This is being read already" in capsys.readouterr().err)
    stopped = await backfilling.stop(where, replace(WISH, channels=("lost",)))
    assert stopped + await backfilling.stop(where, WISH) >= 1
    for found in (await watching, await again):
        assert found[-1].problem == STOPPED
        assert "#lost wasn't read to the end: stopped." in backfilling.summary(found)
