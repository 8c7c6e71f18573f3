"""When a workspace on Slack is greeted, over real sockets, against the double: once, and in spite of restarts."""

import asyncio
from uuid import UUID

import pytest
from aiohttp import web

from reunite.commands import ChangeSettings
from reunite.entities import Settings
from reunite.language import sentence
from tests.doubles.slack import TEAM, SlackDouble
from tests.support.slack_adapter import World, running_slack, world_on
from tests.support.waiting import eventually

slack_fixture = pytest.fixture(running_slack, name="slack")


TRY = "Try it now"


async def is_greeted(world: World) -> bool:
    rows = await world.store.rows("SELECT greeted_at FROM enter_workspace('slack', %s)", TEAM)
    return bool(rows and rows[0]["greeted_at"])


async def community_of(world: World) -> UUID:
    workspace = await world.store.workspace("slack", TEAM)
    assert workspace
    return workspace.community


def greetings(slack: SlackDouble) -> list[str]:
    """Return the channels that were greeted."""
    return [channel for channel, said in slack.messages.items() for one in said if TRY in str(one)]


async def bring_up_again(slack: SlackDouble, database_url: str, before: World) -> None:
    """Start the bot again twice, each time until it has greeted and for a while longer."""
    for _ in range(2):
        async with world_on(slack, database_url, again=before) as world:
            await eventually(lambda: is_greeted(world))
            await asyncio.sleep(0.5)


async def test_two_invitations_at_once_are_greeted_once(database_url: str) -> None:
    async with SlackDouble.running() as slack, world_on(slack, database_url, bot_inside=False) as world:
        first, second = (slack.admin.add_channel(name, bot_inside=False) for name in ("one", "two"))
        slack.admin.invite_bot(first)
        slack.admin.invite_bot(second)
        await eventually(lambda: is_greeted(world))
        await slack.settle()
        await asyncio.sleep(0.5)
        assert len(greetings(slack)) == 1


async def test_a_greeting_that_breaks_off_survives_a_restart(slack: SlackDouble, database_url: str) -> None:
    async with world_on(slack, database_url, bot_inside=False) as before:
        channel = slack.admin.add_channel("office", bot_inside=False)
        slack.api.fail_next("chat.postMessage", 429, "ratelimited", retry_after=3600)
        slack.admin.invite_bot(channel)
        await eventually(lambda: not slack.api.failures["chat.postMessage"])
        await slack.settle()
    assert greetings(slack) == []
    await bring_up_again(slack, database_url, before)
    assert greetings(slack) == [channel]


async def test_a_greeting_whose_arrival_was_not_noted_comes_once(slack: SlackDouble, database_url: str) -> None:
    async with world_on(slack, database_url, bot_inside=False) as before:
        channel = slack.admin.add_channel("office", bot_inside=False)
        slack.admin.invite_bot(channel)
        await eventually(lambda: is_greeted(before))
        async with before.store.transaction(await community_of(before)) as connection:
            await connection.execute("UPDATE workspace SET greeted_at = NULL")
    await bring_up_again(slack, database_url, before)
    assert greetings(slack) == [channel]


async def test_a_first_invitation_while_the_bot_was_down_is_greeted_at_the_start(
    slack: SlackDouble, database_url: str
) -> None:
    async with world_on(slack, database_url, bot_inside=False) as before:
        assert not await is_greeted(before)
    slack.channels[before.general]["is_member"] = True
    slack.channels[before.lost]["is_member"] = True
    await bring_up_again(slack, database_url, before)
    assert greetings(slack) == [before.lost]


async def test_a_first_channel_for_reports_while_the_bot_was_down_decides_the_language(
    slack: SlackDouble, database_url: str
) -> None:
    async with world_on(slack, database_url, bot_inside=False) as before:
        slack.admin.invite_bot(before.general)
        await eventually(lambda: is_greeted(before))
    slack.admin.add_channel("znalezione")
    async with world_on(slack, database_url, again=before) as world:
        assert (await world.settings()).language == "pl"


async def test_a_bot_that_was_invited_before_its_very_first_start_says_hello_once(
    slack: SlackDouble, database_url: str
) -> None:
    async with world_on(slack, database_url, is_new=True) as before:
        await eventually(lambda: is_greeted(before))
    assert greetings(slack) == [before.found]
    await bring_up_again(slack, database_url, before)
    assert greetings(slack) == [before.found]


async def test_while_slack_refuses_to_look_for_a_greeting_that_arrived_no_other_channel_gets_one(
    database_url: str,
) -> None:
    async with SlackDouble.running() as slack, world_on(slack, database_url, bot_inside=False) as world:
        first, second = (slack.admin.add_channel(name, bot_inside=False) for name in ("one", "two"))

        async def arrive_without_a_word(_: web.Request) -> web.Response:
            slack.channels[first]["is_member"] = False  # from now on, the bot can't read there
            return web.json_response({"ok": False, "error": "service_unavailable"}, status=503)

        slack.api.before_answer["chat.postMessage"] = arrive_without_a_word
        slack.admin.invite_bot(first)
        await eventually(lambda: slack.calls_of("conversations.history"))
        slack.admin.invite_bot(second)
        await eventually(lambda: len(slack.calls_of("conversations.history")) > 1)
        await slack.settle()
        assert not await is_greeted(world)
        slack.admin.invite_bot(first)
        await eventually(lambda: is_greeted(world))
        assert greetings(slack) == [first]


async def test_a_first_greeting_searches_for_no_earlier_one(database_url: str) -> None:
    async with SlackDouble.running() as slack, world_on(slack, database_url, bot_inside=False) as world:
        channel = slack.admin.add_channel("office", bot_inside=False)
        await slack.settle()
        before = len(slack.calls_of("conversations.history"))
        slack.api.fail_next("conversations.history", 429, "ratelimited", retry_after=60)
        slack.admin.invite_bot(channel)
        await eventually(lambda: is_greeted(world))
        assert greetings(slack) == [channel]
        assert len(slack.calls_of("conversations.history")) == before


async def test_after_a_new_installation_the_same_channel_is_greeted_again(
    slack: SlackDouble, database_url: str
) -> None:
    async with world_on(slack, database_url, bot_inside=False) as before:
        channel = slack.admin.add_channel("office", bot_inside=False)
        slack.admin.invite_bot(channel)
        await eventually(lambda: is_greeted(before))
        await slack.settle()
        await before.handlers.leave("slack", TEAM)
        slack.channels[channel]["is_member"] = False
    async with world_on(slack, database_url, again=before) as world:
        slack.api.fail_next("chat.postMessage", 503, "service_unavailable")  # so it looks for an earlier attempt
        slack.admin.invite_bot(channel)
        await eventually(lambda: is_greeted(world))
    assert greetings(slack) == [channel, channel]


async def test_where_the_first_channel_takes_no_posts_the_next_is_greeted(database_url: str) -> None:
    async with SlackDouble.running() as slack, world_on(slack, database_url, bot_inside=False) as world:
        first, second = (slack.admin.add_channel(name, bot_inside=False) for name in ("one", "two"))
        slack.restrictions[first] = "restricted_action"
        slack.admin.invite_bot(first)
        await eventually(lambda: slack.calls_of("chat.postMessage"))
        await slack.settle()
        assert greetings(slack) == []
        slack.admin.invite_bot(second)
        await eventually(lambda: is_greeted(world))
        assert greetings(slack) == [second]


async def test_a_channel_that_takes_posts_again_is_greeted_at_the_next_start(
    slack: SlackDouble, database_url: str
) -> None:
    async with world_on(slack, database_url, bot_inside=False) as before:
        channel = slack.admin.add_channel("office", bot_inside=False)
        slack.restrictions[channel] = "restricted_action"
        slack.admin.invite_bot(channel)
        await eventually(lambda: slack.calls_of("chat.postMessage"))
        await slack.settle()
    slack.restrictions.clear()
    await bring_up_again(slack, database_url, before)
    assert greetings(slack) == [channel]


@pytest.mark.parametrize(
    ("name", "locale", "language"),
    [
        ("znalezione", "en-GB", "pl"),
        ("objetos-encontrados", "es-ES", "es"),
        ("objetos-encontrados", "pt-BR", "pt"),
        ("objetos-encontrados", "en-GB", "en"),  # Spanish or Portuguese
        ("lost-and-found", "es-ES", "en"),
        ("office", "es-ES", "en"),
    ],
)
async def test_a_workspace_is_greeted_in_the_language_of_the_channels_name(
    database_url: str, name: str, locale: str, language: str
) -> None:
    async with SlackDouble.running() as slack, world_on(slack, database_url, bot_inside=False) as world:
        inviter = slack.admin.add_member("Eva", locale=locale)
        channel = slack.admin.add_channel(name, bot_inside=False)
        slack.admin.invite_bot(channel, by=inviter)
        await slack.wait_for_post(channel, sentence("greet_hello", language).strip("*"))
        assert (await world.settings()).language == language


async def test_a_greeting_leaves_a_language_that_was_chosen(database_url: str) -> None:
    async with SlackDouble.running() as slack, world_on(slack, database_url, bot_inside=False) as world:
        chosen = Settings(language="en")
        await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=chosen))
        channel = slack.admin.add_channel("znalezione", bot_inside=False)
        slack.admin.invite_bot(channel)
        await eventually(lambda: is_greeted(world))
        assert greetings(slack) == [channel]
        assert await world.settings() == chosen


async def test_the_first_channel_for_reports_decides_the_language_though_another_was_greeted(
    database_url: str,
) -> None:
    async with SlackDouble.running() as slack, world_on(slack, database_url, bot_inside=False) as world:
        slack.admin.invite_bot(slack.admin.add_channel("moderacja", bot_inside=False))
        await eventually(lambda: is_greeted(world))
        slack.admin.invite_bot(slack.admin.add_channel("znalezione", bot_inside=False))
        await eventually(world.settings, holds=lambda settings: settings.language == "pl")
        await world.handlers.welcome.adopt_language("slack", TEAM, "de")
        assert (await world.settings()).language == "pl"
