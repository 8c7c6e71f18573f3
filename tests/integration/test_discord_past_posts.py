"""Past posts on Discord: of channels and forums, each once, without a word in their threads."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.delivery import Delivery
from bot.discord import greeting
from bot.discord.app import running
from db.store import Store
from reunite.commands import ChangeSettings
from reunite.entities import ReportKind, Settings
from reunite.handlers import Handlers
from reunite.language import sentence
from tests.doubles import discord_shapes as shapes
from tests.doubles.discord import DiscordDouble
from tests.support.discord_adapter import JPEG, World, config
from tests.support.keys import KEYS
from tests.support.past_posts import lose_positions, start_reading, total_of, wait_until_read, workspace_of
from tests.support.queues import NoQueue
from tests.support.services import background
from tests.support.waiting import eventually

FOUND, LOST, EVERY = 105, 5, 3
"""More found reports than a page has messages; every third has a photo."""
EXPECTED = sorted([*(f"found {number}" for number in range(0, FOUND, EVERY)), *(f"lost {n}" for n in range(LOST))])
SKIPPED = {"no_photo": FOUND - len(range(0, FOUND, EVERY)), "settled": 1, "reply": 1, "not_a_members": 1, "refused": 1}


@pytest.fixture(autouse=True)
def _no_late_greetings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(greeting, "_BETWEEN_SECONDS", 3600.0)


@asynccontextmanager
async def bot(discord: DiscordDouble, database_url: str) -> AsyncIterator[tuple[World, Handlers]]:
    async with Store(database_url, keys=KEYS) as store:
        handlers, settings = Handlers(store, NoQueue()), replace(config(discord), between_pages=0.02)
        async with running(handlers, store, settings) as platform, background(Delivery(store, platform).run()):
            yield World(discord, store, platform), handlers


def snowflake(days: float) -> str:
    """Return an id from so many days ago."""
    return str(shapes.snowflake(time.time() - days * 86400))


def posted(discord: DiscordDouble, where: str, author: str, days: float, text: str, **extra: Any) -> str:
    """Add a message of some days ago, of which the bot isn't told."""
    number = snowflake(days)
    at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    files = [discord.attach(where, name, JPEG, "image/jpeg") for name in extra.pop("photos", ["a.jpg"])]
    discord.add_message(where, author, {"content": text, "attachments": files, "timestamp": at, **extra}, number)
    return number


def past(discord: DiscordDouble) -> None:
    discord.admin.joined()
    ann, found = discord.admin.join("Ann"), discord.channel("found")
    posted(discord, found, ann, 61, "too old")
    for number in range(FOUND):
        photos = [] if number % EVERY else ["a.jpg"]
        posted(discord, found, ann, 50 - number / EVERY, f"found {number}", photos=photos)
    for number in range(LOST):
        posted(discord, discord.channel("lost"), ann, 49.9 - number, f"lost {number}")  # no id of a found one
    done = posted(discord, found, ann, 8, "given back")
    discord.reactions[done, "✅"] = [ann]
    answer = {"message_reference": {"channel_id": found, "message_id": done}, "type": shapes.REPLY}
    posted(discord, found, ann, 7.5, "mine!", **answer, referenced_message=discord.messages[found][done])
    posted(discord, found, ann, 7, "a webhook's", webhook_id="1")
    posted(discord, found, ann, 6, "too many", photos=[f"{number}.jpg" for number in range(11)])


def texts(reports: list[dict[str, Any]]) -> list[str]:
    return sorted(report["text"] for report in reports)


async def test_each_past_post_is_taken_once_and_stays_unanswered(discord: DiscordDouble, database_url: str) -> None:
    past(discord)
    async with bot(discord, database_url) as (here, handlers):
        discord.limits.enforced = True
        workspace = await workspace_of(here.store, "discord", discord.guild_id)
        before = len(discord.requests)
        await start_reading(here.store, handlers, workspace)
        tally = total_of(await wait_until_read(here.store, workspace))
        assert (tally.reports, tally.photos, tally.skipped) == (len(EXPECTED), len(EXPECTED), SKIPPED)
        reports = await here.reports()
        assert texts(reports) == EXPECTED
        assert {report["kind"] for report in reports if report["text"].startswith("lost")} == {ReportKind.LOST}
        assert all(report["quiet"] for report in reports)
        assert {method for method, _ in discord.requests[before:]} == {"GET"}
        assert not discord.limits.refused


async def test_a_post_that_the_library_cannot_read_whole_does_not_stop_its_channel(database_url: str) -> None:
    """developers/resources/poll, "Poll Object": `expiry` may be null (read 2026-11-28)."""
    async with DiscordDouble() as discord:
        discord.admin.joined()
        ann, found = discord.admin.join("Ann"), discord.channel("found")
        poll: dict[str, Any] = {
            "question": {"text": "Whose?"},
            "answers": [],
            "expiry": None,
            "allow_multiselect": False,
        }
        posted(discord, found, ann, 3, "a hat")
        odd = posted(discord, found, ann, 2, "a scarf", poll={**poll, "layout_type": 1})
        posted(discord, found, ann, 1, "a glove")
        snapshot = shapes.snapshot("a ring", [discord.attach(found, "ring.jpg", JPEG, "image/jpeg")])
        snapshot["message"]["sticker_items"] = [{"id": "1"}]  # as a new kind of sticker might be
        extra = {"flags": shapes.HAS_SNAPSHOT, "message_snapshots": [snapshot]}
        forward = posted(discord, found, ann, 0.5, "", photos=[], **extra)
        async with bot(discord, database_url) as (here, handlers):
            workspace = await workspace_of(here.store, "discord", discord.guild_id)
            with capture_logs() as logs:
                await start_reading(here.store, handlers, workspace)
                await wait_until_read(here.store, workspace)
            assert texts(await here.reports()) == ["a glove", "a hat", "a ring", "a scarf"]
            assert {odd, forward} <= {line["message"] for line in logs if line["event"] == "discord_message_unreadable"}


async def test_what_was_read_quietly_stays_so_when_the_bot_starts_again(
    discord: DiscordDouble, database_url: str
) -> None:
    discord.admin.joined()
    ann = discord.admin.join("Ann")
    async with bot(discord, database_url) as (here, handlers):
        old = posted(discord, discord.channel("found"), ann, 1, "a hat")
        edited = posted(discord, discord.channel("found"), ann, 1.1, "a scarf", edited_timestamp=shapes.now())
        workspace = await workspace_of(here.store, "discord", discord.guild_id)
        await start_reading(here.store, handlers, workspace)
        assert total_of(await wait_until_read(here.store, workspace)).reports == 2
    discord.members[discord.bot_id]["joined_at"] = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    missed = await discord.people.post("found", ann, "a cap", {"a.jpg": JPEG}, times=0)
    async with bot(discord, database_url) as (back, _):
        await eventually(lambda: discord.people.has_reaction(missed, "👀"))
        assert {report["text"]: report["quiet"] for report in await back.reports()} == {
            "a hat": True,
            "a scarf": True,
            "a cap": False,
        }
    assert not any(discord.people.has_reaction(post, "👀") for post in (old, edited))


async def test_an_edited_post_of_an_archived_thread_keeps_its_title_and_its_quiet(
    discord: DiscordDouble, database_url: str
) -> None:
    ann, forum = discord.admin.join("Ann"), discord.add_channel("found-items", shapes.FORUM)["id"]
    number, at = snowflake(9), (datetime.now(UTC) - timedelta(days=8)).isoformat()
    thread = discord.add_thread(forum, number, "A hat", by=ann)
    photo = discord.attach(number, "a.jpg", JPEG, "image/jpeg")
    it = {"content": "it", "attachments": [photo], "timestamp": at, "edited_timestamp": at}
    discord.add_message(number, ann, it, number)
    thread["thread_metadata"] |= {"archived": True, "archive_timestamp": at}
    async with bot(discord, database_url) as (here, handlers):
        await start_reading(here.store, handlers, await workspace_of(here.store, "discord", discord.guild_id))
        await eventually(here.reports)
    with capture_logs() as logs:
        async with bot(discord, database_url) as (back, _):
            await eventually(lambda: [entry for entry in logs if entry["event"] == "discord_reconciled"])
            [report] = await back.reports()
    assert (report["text"], report["quiet"]) == ("A hat\nit", True)


async def test_a_killed_bot_goes_on_and_takes_nothing_twice(discord: DiscordDouble, database_url: str) -> None:
    past(discord)
    async with bot(discord, database_url) as (here, _):
        workspace = await workspace_of(here.store, "discord", discord.guild_id)
    with lose_positions(after=1):
        async with bot(discord, database_url) as (killed, handlers):
            await start_reading(killed.store, handlers, workspace)
            await eventually(killed.reports, holds=lambda reports: len(reports) == len(range(0, FOUND, EVERY)))
    async with bot(discord, database_url) as (back, _):
        tally = total_of(await wait_until_read(back.store, workspace))
        assert (tally.reports, tally.photos, tally.skipped) == (len(EXPECTED), len(EXPECTED), SKIPPED)
        assert texts(await back.reports()) == EXPECTED


async def test_a_forums_posts_are_read_whether_archived_or_not(discord: DiscordDouble, database_url: str) -> None:
    discord.admin.joined()
    ann, forum = discord.admin.join("Ann"), discord.add_channel("found-items", shapes.FORUM)["id"]
    discord.channels.pop(discord.channel("lost"))  # where there is one, tags count for nothing
    tag = await discord.admin.require_tag("found-items", moderated=False, name="Lost")
    for days in (61, *range(40, 5, -1)):
        number = snowflake(days)
        thread = discord.add_thread(forum, number, f"title {days}", by=ann)
        photo = discord.attach(number, "a.jpg", JPEG, "image/jpeg")
        at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        discord.add_message(number, ann, {"content": "it", "attachments": [photo], "timestamp": at}, number)
        ended = (datetime.now(UTC) - timedelta(days=days - 3)).isoformat()
        thread["applied_tags"] = [tag] if days == 30 else []
        thread["thread_metadata"] |= {"archived": days > 8, "archive_timestamp": ended, "locked": days == 20}
    discord.messages[snowflake_of(discord, "title 10")].clear()
    async with bot(discord, database_url) as (here, handlers):
        workspace = await workspace_of(here.store, "discord", discord.guild_id)
        await start_reading(here.store, handlers, workspace)
        tally = total_of(await wait_until_read(here.store, workspace))
        assert texts(await here.reports()) == sorted(
            f"title {days}\nit" for days in range(6, 41) if days not in {10, 20}
        )
        assert (tally.reports, tally.skipped) == (33, {"settled": 1, "deleted": 1})
        assert [each["text"] for each in await here.reports() if each["kind"] == ReportKind.LOST] == ["title 30\nit"]


def snowflake_of(discord: DiscordDouble, title: str) -> str:
    return next(str(channel["id"]) for channel in discord.channels.values() if channel["name"] == title)


async def test_a_channel_that_the_bot_may_not_read_says_why(discord: DiscordDouble, database_url: str) -> None:
    past(discord)
    async with bot(discord, database_url) as (here, handlers):
        workspace = await workspace_of(here.store, "discord", discord.guild_id)
        await discord.admin.forbid("found", shapes.READ_HISTORY)
        await start_reading(here.store, handlers, workspace)
        problems = {channel.name: channel.problem for channel in await wait_until_read(here.store, workspace)}
        assert problems == {"found": "the bot lacks the permission read_message_history", "lost": ""}


async def test_moderators_start_a_backfill_by_button_and_read_its_result(
    discord: DiscordDouble, database_url: str
) -> None:
    past(discord)
    manager = discord.admin.join("Mo")
    discord.members[manager]["roles"].append(discord.add_role("managers", shapes.MANAGE_GUILD))
    async with bot(discord, database_url) as (here, handlers):
        await workspace_of(here.store, "discord", discord.guild_id)
        settings = Settings(log_channel=discord.channel("general"))
        await handlers.set_up(ChangeSettings(platform="discord", workspace=discord.guild_id, settings=settings))
        used = await discord.ui.slash("setup", manager, "general")
        await discord.ui.answer(used)
        pressed = await discord.ui.press(used.responses[0]["id"], sentence("home_past_posts"), manager)
        assert "I'm reading the past posts of #found, #lost" in str(await discord.ui.answer(pressed))

        def shown() -> str:
            messages = discord.messages[discord.channel("general")].values()
            return "\n".join(discord.text(message) for message in messages)

        text = await eventually(shown, holds=lambda words: "I've read the past posts" in words)
        assert text.count("I'm reading the past posts") == text.count("I've read the past posts") == 1
        assert f"I've made reports from {len(EXPECTED)} posts." in text
        assert "marked as done: 1" in text
