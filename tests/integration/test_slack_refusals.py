"""Reports are taken although Slack, or a compatible server, refuses a call that isn't essential for them."""

import pytest

from reunite.entities import MatchState
from reunite.language import sentence
from tests.doubles.slack import SlackDouble
from tests.support.slack_adapter import JPEG, world_in, world_on
from tests.support.waiting import eventually


def refuse(slack: SlackDouble, method: str, error: str) -> None:
    for _ in range(50):
        slack.api.fail_next(method, error=error)


@pytest.mark.parametrize("error", ["missing_scope", "unknown_method"])
async def test_reports_are_taken_of_people_about_whom_slack_says_nothing(database_url: str, error: str) -> None:
    async with world_in(database_url) as world:
        refuse(world.slack, "users.info", error)
        await world.wait_until_acknowledged(world.found, world.slack.post_photo(world.found, world.ben, JPEG, "a hat"))
        used = await world.slack.slash("lost", "my hat", world.ada, world.general)
        answer = (await eventually(lambda: used.answers))[0]["text"]
        assert answer == sentence("looking_in", channel=f"<#{world.lost}>")
        assert [report.author.name for report in await world.reports()] == [sentence("unknown_member")] * 2


async def test_nobody_moderates_while_slack_does_not_say_who_they_are(database_url: str) -> None:
    async with world_in(database_url) as world:
        lost, _, match, card = await world.card()
        refuse(world.slack, "users.info", "missing_scope")
        world.slack.react(card.channel, card.message, "white_check_mark", world.admin)
        [whisper] = await eventually(lambda: world.slack.whispers)
        assert whisper["text"] == sentence("only_moderators")
        assert await world.match_state(match, lost.community) is MatchState.UNDECIDED


@pytest.mark.parametrize("case", ["listed by now", "not listed", "nothing is listed"])
async def test_the_bot_listens_in_a_channel_that_was_not_listed_before(database_url: str, case: str) -> None:
    async with SlackDouble.running(acknowledge_within=10) as slack:
        if case == "nothing is listed":
            refuse(slack, "users.conversations", "unknown_method")
        async with world_on(slack, database_url) as world:
            found, lost = (
                slack.admin.add_channel(name, is_unlisted=case == "not listed")
                for name in ("found-items", "lost-items")
            )
            await world.wait_until_acknowledged(found, slack.post_photo(found, world.ben, JPEG, "a hat"))
            used = await slack.slash("lost", "my hat", world.ada, lost)
            assert f"<#{lost}>" in (await eventually(lambda: used.answers))[0]["text"]


async def test_channels_without_the_bot_are_asked_about_once(database_url: str) -> None:
    async with world_in(database_url) as world:
        channel = world.slack.admin.add_channel("found-items", bot_inside=False)
        for _ in range(2):
            await world.slack.tell({"type": "message", "channel": channel, "user": world.ben, "ts": "1.2"}).acked.wait()
        assert len(world.slack.calls_of("conversations.info")) == 1


async def test_the_home_tab_is_shown_to_moderators_though_slack_does_not_say_which_scopes_there_are(
    database_url: str,
) -> None:
    async with world_in(database_url) as world:
        refuse(world.slack, "auth.test", "internal_error")
        await world.slack.ui.open_home(world.admin)
