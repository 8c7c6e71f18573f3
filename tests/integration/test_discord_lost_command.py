"""/lost on Discord, over real sockets, against the double."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from discord.utils import snowflake_time

from reunite.language import sentence
from tests.doubles.discord_shapes import FORUM, PRIVATE_THREAD
from tests.support.discord_adapter import JPEG, world
from tests.support.waiting import eventually

ANNOUNCEMENTS = 5
"""The type of a channel whose messages others can follow."""


async def test_lost_with_words_photo_place_and_time_is_a_report_and_answered_privately(database_url: str) -> None:
    async with world(database_url) as here:
        bob = here.discord.join("Bob")
        used = await here.discord.slash(
            "lost",
            bob,
            "general",
            photo=("bag.jpg", JPEG),
            description="red bag",
            where="bus 5",
            when="yesterday 08:15",
        )
        answer = await here.discord.answer(used)
        assert answer == f"Got it, I'm searching. I'll reply in <#{here.discord.channel('lost')}>."
        assert used.ephemeral
        report = await here.report()
        assert (report["kind"], report["text"], report["place"]) == ("lost", "red bag", "bus 5")
        assert (report["source_key"], report["channel"], report["message"]) == (
            used.id,
            here.discord.channel("lost"),
            None,
        )
        yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
        assert report["happened_at"] == datetime(yesterday.year, yesterday.month, yesterday.day, 8, 15, tzinfo=UTC)
        assert report["posted_at"] == snowflake_time(int(used.id))
        assert [name for name, _ in await here.photos()] == ["bag.jpg"]


async def test_of_several_channels_for_losses_the_one_where_the_command_is_used_takes_it(database_url: str) -> None:
    async with world(database_url) as here:
        second = await here.discord.create_channel("lost-items")
        used = await here.discord.slash("lost", here.discord.join("Bob"), "lost-items", description="red bag")
        assert f"<#{second}>" in await here.discord.answer(used)
        assert (await here.report())["channel"] == second


@pytest.mark.parametrize("kind", [FORUM, ANNOUNCEMENTS])
async def test_a_private_loss_goes_where_private_threads_are(database_url: str, kind: int) -> None:
    async with world(database_url) as here:
        await here.discord.create_channel("lost-items", kind)
        opening = await here.discord.slash("lost", here.discord.join("Bob"), "lost-items")
        await here.discord.opened(opening)
        assert "I'll reply in" in await here.discord.answer(
            await here.discord.submit(opening, words="my diary", seen="private")
        )
        [thread] = [each for each in here.discord.channels.values() if each["type"] == PRIVATE_THREAD]
        assert thread["parent_id"] == here.discord.channel("lost")


async def test_an_answer_that_comes_later_than_discord_waits_is_no_defect(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with world(database_url) as here:
        opening = await here.discord.slash("lost", here.discord.join("Bob"), "general")
        await here.discord.opened(opening)
        here.discord.refuse("PATCH /webhooks/", 404, code=10015, message="Unknown Webhook")
        await here.discord.submit(opening, words="red bag")
        assert (await here.report())["text"] == "red bag"
        await eventually(lambda: not here.discord.refusals or None)
        await here.discord.answer(await here.discord.slash("stats", here.discord.join("Eve"), "general"))
    assert "defect" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"description": "x" * 4001}, "too long"),
    ],
)
async def test_lost_that_cant_be_taken_is_told_kindly(database_url: str, options: dict[str, Any], told: str) -> None:
    async with world(database_url) as here:
        used = await here.discord.slash("lost", here.discord.join("Bob"), "general", **options)
        assert told in await here.discord.answer(used)
        assert await here.reports() == []


@pytest.mark.parametrize("when", ["some day soon", "tomorrow"])
async def test_a_time_that_is_not_understood_loses_nothing(database_url: str, when: str) -> None:
    async with world(database_url) as here:
        used = await here.discord.slash("lost", here.discord.join("Bob"), "general", description="bag", when=when)
        said = await here.discord.answer(used)
        assert sentence("when_kept", when=when) in said
        report = await here.report()
        assert (report["text"], report["happened_at"]) == (f"bag\n{when}", None)
