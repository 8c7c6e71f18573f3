"""Catching up always gets on: under Slack's limits, and however often the bot is restarted meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest

from db.installations import Installations
from db.slack_windows import SlackWindows
from reunite.commands import ReportFound
from reunite.entities import IncomingPhoto, MatchState, Member, ReplyTarget, ReportState
from tests.doubles.slack import TEAM, SlackDouble
from tests.support.slack_adapter import JPEG, World, running_slack, world_on
from tests.support.waiting import eventually

slack_fixture = pytest.fixture(running_slack, name="slack")


DELETED = 12
MINUTE = 0.2
"""Seconds that stand for the minute between two calls."""


async def back(world: World) -> None:
    """Wait until the bot is back, and has read what Slack lets it read at once."""
    installations = Installations(world.store)
    await eventually(lambda: installations.heard_at(TEAM), holds=lambda heard: heard and heard >= world.opened_at)


async def caught_up(world: World) -> None:
    """Wait until the bot has read all that it owes."""
    windows = SlackWindows(world.store)
    await back(world)
    await eventually(lambda: windows.of(TEAM), holds=lambda owed: not owed)


async def away(slack: SlackDouble, database_url: str, *, known: int, missed: int) -> World:
    """Run the bot with some reports, and let others be posted and some be deleted while it is away."""
    async with world_on(slack, database_url) as world:
        await caught_up(world)
        posts = []
        for number in range(known):
            posts.append(slack.post_photo(world.found, world.ada, JPEG, f"known {number}", unheard=True))
            target, photo = ReplyTarget("slack", TEAM, world.found, posts[-1]), IncomingPhoto("photo.jpg", data=JPEG)
            author, words = Member(world.ada, "Ada"), f"known {number}"
            report = ReportFound(source_key=posts[-1], text=words, author=author, target=target, photos=(photo,))
            await world.handlers.report(report)
    for ts in posts[:DELETED]:
        slack.delete(world.found, ts, unheard=True)
    for number in range(missed):
        slack.post_photo(world.found, world.ben, JPEG, f"missed {number}", unheard=True)
    return world


async def taken(world: World) -> tuple[int, int]:
    """Return how many missed posts were taken, and how many reports were withdrawn."""
    reports = await world.reports()
    withdrawn = [report for report in reports if report.state is ReportState.WITHDRAWN]
    return len([report for report in reports if report.text.startswith("missed")]), len(withdrawn)


@pytest.mark.slow
@pytest.mark.parametrize(("every", "most"), [(0.0, 200), (MINUTE, 15)], ids=["ordinary", "outside the Marketplace"])
async def test_two_days_with_many_reports_are_taken_under_slacks_limits(
    slack: SlackDouble, database_url: str, every: float, most: int
) -> None:
    before = await away(slack, database_url, known=200, missed=40)
    slack.api.history_every, slack.api.history_max = every, most
    async with world_on(slack, database_url, again=before) as world:
        await caught_up(world)
        assert await taken(world) == (40, DELETED)


async def test_a_restart_goes_on_where_it_was(database_url: str) -> None:
    calls = 4
    async with SlackDouble.running() as slack:
        before = await away(slack, database_url, known=25, missed=25)
        slack.api.history_every, slack.api.history_max = 3600, 15
        for call in range(calls):
            slack.api.read_freely()
            async with world_on(slack, database_url, again=before) as world:
                await back(world)
                assert bool(await SlackWindows(world.store).of(TEAM)) == (call < calls - 1)
        async with world_on(slack, database_url, again=before) as world:
            assert await taken(world) == (25, DELETED)


async def test_what_is_owed_longer_than_allowed_is_dropped(slack: SlackDouble, database_url: str) -> None:
    async with world_on(slack, database_url) as before:
        await caught_up(before)
    async with world_on(slack, database_url, again=before, look_back=timedelta(hours=1)) as world:
        old = datetime.now(UTC) - timedelta(hours=3)
        oldest, latest = (f"{(old + timedelta(hours=hours)).timestamp():.6f}" for hours in (0, 1))
        await SlackWindows(world.store).open(TEAM, world.found, oldest=oldest, since=oldest, latest=latest)
        slack.post_photo(world.found, world.ben, JPEG, "too old", unheard=True, ts=f"{float(oldest) + 60:.6f}")
    async with world_on(slack, database_url, again=before, look_back=timedelta(hours=1)) as world:
        await caught_up(world)
        assert await world.reports() == []


async def test_a_gap_is_noted_once(database_url: str) -> None:
    async with SlackDouble.running() as slack, world_on(slack, database_url) as world:
        await caught_up(world)
        windows = SlackWindows(world.store)
        for team in (TEAM, "T2", "T2"):
            await windows.open(team, "C1", oldest="1.0", since="1.0", latest="2.0")
        await windows.open("T2", "C1", oldest="1.0", since="1.0", latest="3.0")
        assert [window.latest for window in await windows.of("T2")] == ["3.0", "2.0"]


async def test_one_person_whom_slack_refuses_to_name_holds_up_no_other_verdict(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.reconcile._RECORD_EVERY_SECONDS", 0.1)
    async with SlackDouble.running() as slack:
        async with world_on(slack, database_url) as before:
            await caught_up(before)
            lost, _, match, card = await before.card()
            *_, newer = await before.card()  # it's compared first
        slack.members[before.ada]["hidden"] = "no_permission"  # one of the errors of users.info
        slack.react_unheard(newer.channel, newer.message, "x", before.ada)
        slack.react_unheard(card.channel, card.message, "white_check_mark", before.admin)
        async with world_on(slack, database_url, again=before) as world:
            state = MatchState.CONFIRMED
            await eventually(lambda: world.match_state(match, lost.community), holds=lambda now: now is state)
