"""Past posts on Slack: read under its limits while the bot runs, each once, without a word in their threads."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp.web import Request
from structlog.testing import capture_logs

from bot.past_posts import PastPosts
from db.backfills import Backfills
from reunite.commands import ChangeSettings
from reunite.entities import Report, ReportKind, Settings
from reunite.language import sentence
from tests.doubles.slack import TEAM, SlackDouble
from tests.support.past_posts import lose_positions, start_reading, total_of, wait_until_read, workspace_of
from tests.support.rounds import Rounds
from tests.support.slack_adapter import JPEG, World, world_on
from tests.support.waiting import eventually

DAY = 86400.0
MINUTE = 0.1
"""Seconds that stand for the minute between two calls."""
FOUND, LOST = 34, 6


def ago(days: float, number: int = 0) -> str:
    """Return a ts of some days ago."""
    return f"{int(time.time() - days * DAY)}.{number:06}"


def past(world: World, slack: SlackDouble) -> None:
    """Fill the channels, the oldest post first."""
    slack.post_photo(world.found, world.ada, JPEG, "too old", unheard=True, ts=ago(61))
    for number in range(FOUND):
        slack.post_photo(world.found, world.ada, JPEG, f"found {number}", unheard=True, ts=ago(50 - number, number))
    for number in range(LOST):
        slack.post_photo(world.lost, world.ben, JPEG, f"lost {number}", unheard=True, ts=ago(50 - number, number))
    slack.post_unheard(world.found, world.ada, "words alone", ts=ago(9))
    done = slack.post_photo(world.found, world.ada, JPEG, "given back", unheard=True, ts=ago(8))
    slack.react_unheard(world.found, done, "white_check_mark", world.ben)
    slack.post_photo(world.found, world.ada, JPEG, "a bot's", unheard=True, ts=ago(7), bot_id="B0OTHER")
    document = {"id": "F0DOC", "name": "list.pdf", "mimetype": "application/pdf", "url_private": "https://x"}
    slack.post_unheard(world.found, world.ada, "a document", ts=ago(6), files=[document])
    gone = {"id": "F0GONE", "name": "gone.jpg", "mode": "tombstone"}
    slack.post_unheard(world.found, world.ada, "a deleted photo", ts=ago(5), files=[gone])


def texts_of(reports: list[Report]) -> list[str]:
    return sorted(report.text for report in reports)


EXPECTED = sorted([*(f"found {number}" for number in range(FOUND)), *(f"lost {number}" for number in range(LOST))])
SKIPPED = {"no_photo": 2, "settled": 1, "not_a_members": 1, "refused": 1}


FAST: dict[str, Any] = {"between_pages": 0.02}


async def test_each_past_post_is_taken_once_under_slacks_limits(database_url: str) -> None:
    async with SlackDouble.running() as slack, world_on(slack, database_url, **FAST) as world:
        past(world, slack)
        slack.api.history_every, slack.api.history_max = MINUTE, 15
        workspace = await workspace_of(world.store, "slack", TEAM)
        await start_reading(world.store, world.handlers, workspace)
        tally = total_of(await wait_until_read(world.store, workspace))
        assert (tally.reports, tally.photos, tally.skipped) == (FOUND + LOST, FOUND + LOST, SKIPPED)
        reports = await world.reports()
        assert texts_of(reports) == EXPECTED
        assert {report.kind for report in reports if report.text.startswith("lost")} == {ReportKind.LOST}
        assert all(report.quiet for report in reports)
        [oldest] = [report for report in reports if report.text == "found 0"]
        assert timedelta(days=9) < oldest.expires_at - datetime.now(UTC) < timedelta(days=11)
        assert not slack.calls_of("reactions.add")
        assert not slack.calls_of("chat.postMessage")
        assert len(slack.calls_of("users.info")) < 10

        await start_reading(world.store, world.handlers, workspace)
        again = total_of(await wait_until_read(world.store, workspace))
        assert (again.reports, again.skipped) == (0, {**SKIPPED, "known": FOUND + LOST})
        assert texts_of(await world.reports()) == EXPECTED


async def test_a_killed_bot_goes_on_and_takes_nothing_twice(database_url: str) -> None:
    async with SlackDouble.running() as slack:
        slack.api.history_max = 15
        async with world_on(slack, database_url, **FAST) as world:
            workspace = await workspace_of(world.store, "slack", TEAM)
        past(world, slack)
        with lose_positions(after=1):
            async with world_on(slack, database_url, again=world, **FAST) as killed:
                await start_reading(killed.store, killed.handlers, workspace)
                await eventually(killed.reports, holds=lambda reports: len(reports) > 20)
        async with world_on(slack, database_url, again=world, **FAST) as back:
            tally = total_of(await wait_until_read(back.store, workspace))
            assert (tally.reports, tally.photos, tally.skipped) == (FOUND + LOST, FOUND + LOST, SKIPPED)
            assert texts_of(await back.reports()) == EXPECTED


async def test_answers_are_given_where_they_are_wanted(database_url: str) -> None:
    async with SlackDouble.running() as slack, world_on(slack, database_url, **FAST) as world:
        ts = slack.post_photo(world.found, world.ada, JPEG, "a hat", unheard=True, ts=ago(3))
        older = slack.post_photo(world.lost, world.ada, JPEG, "a cap", unheard=True, ts=ago(5))
        workspace = await workspace_of(world.store, "slack", TEAM)
        await start_reading(world.store, world.handlers, workspace)
        await wait_until_read(world.store, workspace)
        await start_reading(
            world.store, world.handlers, workspace, answers=True, since=datetime.now(UTC) - timedelta(days=4)
        )
        await world.wait_until_acknowledged(world.found, ts)
        assert total_of(await wait_until_read(world.store, workspace)).reports == 1
        assert {report.text: report.quiet for report in await world.reports()} == {"a hat": False, "a cap": True}
        assert "reactions" not in (slack.message(world.lost, older) or {})


async def test_moderators_start_a_backfill_in_the_home_tab_and_read_its_result(database_url: str) -> None:
    async with SlackDouble.running() as slack, world_on(slack, database_url, **FAST) as world:
        past(world, slack)
        settings = Settings(log_channel=world.general)
        await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=settings))
        home = await slack.ui.open_home(world.admin)
        await slack.ui.press_in(home, sentence("home_past_posts"), world.admin)
        await slack.ui.modal(world.admin, "I'm reading the past posts of")
        begun = await slack.wait_for_post(world.general, "I'm reading the past posts of #found, #lost")
        ended = await slack.wait_for_post(world.general, "I've read the past posts")
        assert float(begun["ts"]) < float(ended["ts"])
        assert str(FOUND + LOST) in str(ended)
        assert "without a photo: 2" in str(ended)


@pytest.mark.parametrize("method", ["users.info", "conversations.history"])
async def test_a_missing_scope_stops_past_posts_until_the_app_is_installed_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr("bot.slack.history._SCOPE_SECONDS", 0.2)
    async with SlackDouble.running() as slack, world_on(slack, database_url, **FAST) as world:
        for number in range(3):
            slack.post_photo(world.found, world.ada, JPEG, f"found {number}", unheard=True, ts=ago(50 - number, number))
        mods = slack.admin.add_channel("mods")
        settings = Settings(log_channel=mods)
        await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=settings))
        workspace = await workspace_of(world.store, "slack", TEAM)
        for _ in range(3):  # docs.slack.dev/reference/methods/users.info, "Errors" (read 2026-11-26)
            slack.api.fail_next(method, error="missing_scope")
        await start_reading(world.store, world.handlers, workspace)
        tally = total_of(await wait_until_read(world.store, workspace))
        assert (tally.reports, tally.skipped) == (3, {})
        assert texts_of(await world.reports()) == ["found 0", "found 1", "found 2"]
        told = [message for message in slack.messages[mods] if "stopped reading" in message["text"]]
        assert told
        for name, channel in (("found", world.found), ("lost", world.lost)):  # each at most once, by its own name
            link = {"type": "channel", "channel_id": channel}
            linking = [message for message in told if link in message["blocks"][0]["elements"][0]["elements"]]
            assert linking == [message for message in told if f"past posts of #{name}:" in message["text"]]
            assert len(linking) <= 1
            told = [message for message in told if message not in linking]
        assert not told


async def test_a_channel_for_which_a_scope_is_missing_holds_up_no_other(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = Rounds()
    monkeypatch.setattr(PastPosts, "_attempt", attempts.counting(PastPosts._attempt))
    async with SlackDouble.running() as slack, world_on(slack, database_url, **FAST) as world:
        slack.post_photo(world.found, world.ada, JPEG, "found", unheard=True, ts=ago(50, 1))
        slack.post_photo(world.lost, world.ada, JPEG, "lost", unheard=True, ts=ago(49, 2))
        workspace = await workspace_of(world.store, "slack", TEAM)
        slack.api.fail_next("conversations.history", error="missing_scope")  # of the first, for five minutes
        await start_reading(world.store, world.handlers, workspace)
        await world.wait_for_reports(1)
        await attempts.pass_by()
        assert len(await world.reports()) == 1


async def test_a_workspace_that_removes_the_app_in_the_middle_is_read_no_further(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = Rounds()
    monkeypatch.setattr(PastPosts, "_round", rounds.counting(PastPosts._round))
    async with SlackDouble.running() as slack, world_on(slack, database_url, **FAST) as world:
        past(world, slack)
        workspace = await workspace_of(world.store, "slack", TEAM)

        async def leave(_: Request) -> None:
            await slack.tell({"type": "app_uninstalled"}, at=time.time() + 1).acked.wait()

        await slack.settle()
        slack.api.before_answer["conversations.history"] = leave
        with capture_logs() as logged:
            await start_reading(world.store, world.handlers, workspace)
            await eventually(lambda: "past_posts_left" in {entry["event"] for entry in logged})
            read = len(slack.calls_of("conversations.history"))
            await rounds.pass_by()
        assert not [entry for entry in logged if entry["log_level"] == "error"]
        assert len(slack.calls_of("conversations.history")) == read
        assert await world.store.workspace("slack", TEAM) is None
        assert await Backfills(world.store).open("slack") == []


async def test_a_channel_with_lasting_trouble_does_not_hold_up_the_others(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.past_posts._RETRY_SECONDS", 0.1)
    async with SlackDouble.running() as slack, world_on(slack, database_url, **FAST) as world:
        slack.post_photo(world.lost, world.ada, JPEG, "lost 1", unheard=True, ts=ago(50))
        slack.post_photo(world.found, world.ada, JPEG, "found 1", unheard=True, ts=ago(50))
        slack.api.unreadable[world.found] = "internal_error"
        workspace = await workspace_of(world.store, "slack", TEAM)
        await start_reading(world.store, world.handlers, workspace)
        await eventually(world.reports, holds=lambda reports: texts_of(reports) == ["lost 1"])
        slack.api.unreadable.clear()
        await wait_until_read(world.store, workspace)
        assert texts_of(await world.reports()) == ["found 1", "lost 1"]
