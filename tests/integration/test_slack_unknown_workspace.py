"""A person who waits for an answer gets one though the database is away and their workspace isn't known yet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp.web import Request

from db.installations import Installation, Installations
from reunite.language import sentence
from tests.doubles.slack import TEAM, SlackDouble
from tests.doubles.slack_api import CLIENT_ID, CLIENT_SECRET
from tests.support.away import database_away
from tests.support.slack_adapter import JPEG, World, by_http, world_on
from tests.support.waiting import eventually

OTHER = "T0OTHER"
OAUTH: dict[str, Any] = {"bot_token": None, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
WENT_WRONG = sentence("went_wrong")


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    """Two workspaces that have installed the app. Their Slack waits for less time than the pool for a connection."""
    async with SlackDouble.running(acknowledge_within=10) as slack:
        slack.admin.add_team(OTHER)
        async with world_on(slack, database_url, **by_http(slack), **OAUTH) as opened:
            for team in (TEAM, OTHER):
                await Installations(opened.store).save(
                    Installation(team, team, slack.teams[team].user, slack.teams[team].token)
                )
            yield opened


@asynccontextmanager
async def started_again(world: World) -> AsyncIterator[World]:
    """Start a bot that can't connect to the first workspace."""
    world.slack.api.fail_next("auth.test", status=503)
    async with world_on(world.slack, world.store.url, again=world, **by_http(world.slack), **OAUTH) as again:
        yield again


async def form(world: World) -> dict[str, Any]:
    await world.slack.slash("lost", "", world.ada, world.lost)
    return await world.slack.ui.modal(world.ada, sentence("form_lost"))


async def test_a_command_is_answered_while_the_database_is_away(world: World, owner_database_url: str) -> None:
    async with started_again(world) as again:
        with database_away(owner_database_url):
            used = await again.slack.slash("lost", "a red hat", again.ada, again.lost)
            assert await eventually(lambda: used.in_time)
            assert used.ack == {"payload": {"response_type": "ephemeral", "text": WENT_WRONG}}
        await eventually(lambda: world.store.known_workspaces("slack"))
        used = await again.slack.slash("lost", "a red hat", again.ada, again.lost)
        assert await eventually(lambda: used.in_time)
        await eventually(lambda: used.answers)
        assert [report.text for report in await again.wait_for_reports()] == ["a red hat"]


async def test_a_form_keeps_its_words_while_the_database_is_away(world: World, owner_database_url: str) -> None:
    opened = await form(world)
    async with started_again(world) as again:
        with database_away(owner_database_url):
            sent = await again.slack.ui.submit(opened, again.ada, words="a red hat")
    assert await eventually(lambda: sent.in_time)
    assert sent.ack
    assert sent.ack["payload"]["response_action"] == "errors"
    assert list(sent.ack["payload"]["errors"].values()) == [WENT_WRONG]


async def test_what_is_done_to_a_message_is_answered_while_the_database_is_away(
    world: World, owner_database_url: str
) -> None:
    post = world.slack.post(world.lost, world.ada, "I lost my red hat")
    offered = await world.slack.wait_for_reply(world.lost, post, sentence("offer"))
    async with started_again(world) as again:
        with database_away(owner_database_url):
            pressed = await again.slack.press(world.lost, offered["ts"], sentence("button_look_for_it"), again.ada)
            chosen = await again.slack.ui.use_message("report_lost_message", world.lost, post, again.ada)
            await eventually(lambda: pressed.answers and chosen.answers)
            assert pressed.in_time
            assert chosen.in_time
    assert [answer["text"] for used in (pressed, chosen) for answer in used.answers] == [WENT_WRONG] * 2


async def test_a_slow_workspace_holds_up_no_other(world: World) -> None:
    async with asyncio.timeout(60):
        theirs = world.slack.admin.add_channel("found", team=OTHER)
        zoe = world.slack.admin.add_member("Zoe", team=OTHER)
        asked, may_answer = asyncio.Event(), asyncio.Event()

        async def hold(_: Request) -> None:
            asked.set()
            await may_answer.wait()

        world.slack.api.before_answer["auth.test"] = hold
        world.slack.post_photo(world.found, world.ada, JPEG, "ours")
        await asked.wait()
        world.slack.post_photo(theirs, zoe, JPEG, "theirs")
        await eventually(lambda: world.reports(OTHER))
        assert await world.reports() == []
        may_answer.set()
        await world.wait_for_reports()
        assert len(world.slack.calls_of("auth.test")) == 2
