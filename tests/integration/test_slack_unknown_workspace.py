"""A person who waits for an answer gets one though the database is away and their workspace isn't known yet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp.web import HTTPServiceUnavailable, Request

from bot.slack import workspaces
from db.installations import Installation, Installations
from reunite.commands import ChangeSettings
from reunite.language import sentence
from tests.doubles.slack import TEAM, SlackDouble
from tests.doubles.slack_api import CLIENT_ID, CLIENT_SECRET
from tests.support.away import database_away
from tests.support.slack_adapter import JPEG, World, by_http, world_on
from tests.support.waiting import PATIENCE, eventually

OTHER = "T0OTHER"
OAUTH: dict[str, Any] = {"bot_token": None, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
AT_ONCE = workspaces._AT_ONCE
BUSY = sentence("busy")


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


def authorization(world: World, team: str) -> str:
    return f"Bearer {world.slack.teams[team].token}"


@asynccontextmanager
async def started_again(world: World) -> AsyncIterator[World]:
    """Start a bot that can't connect to the first workspace."""
    ours, hooks = authorization(world, TEAM), world.slack.api.before_answer

    async def fail_ours(request: Request) -> None:
        if request.headers["Authorization"] == ours:
            raise HTTPServiceUnavailable(text='{"ok": false}', content_type="application/json")
        hooks["auth.test"] = fail_ours

    hooks["auth.test"] = fail_ours
    async with world_on(world.slack, world.store.url, again=world, **by_http(world.slack), **OAUTH) as again:
        yield again


async def form(world: World) -> dict[str, Any]:
    await world.slack.slash("lost", "", world.ada, world.lost)
    return await world.slack.ui.modal(world.ada, sentence("form_lost"))


async def test_a_command_is_answered_while_the_database_is_away(
    world: World, owner_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with started_again(world) as again:
        with database_away(owner_database_url):
            used = await again.slack.slash("lost", "a red hat", again.ada, again.lost)
            assert await eventually(lambda: used.in_time)
            assert used.ack == {"payload": {"response_type": "ephemeral", "text": BUSY}}
        await eventually(lambda: again.store.known_workspaces("slack"))
        monkeypatch.setattr(workspaces, "ACKNOWLEDGE_SECONDS", PATIENCE)  # a stall isn't the database's fault
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
    assert list(sent.ack["payload"]["errors"].values()) == [BUSY]


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
    assert [answer["text"] for used in (pressed, chosen) for answer in used.answers] == [BUSY] * 2


async def test_who_waits_reads_the_language_of_their_community(world: World, owner_database_url: str) -> None:
    post = world.slack.post(world.lost, world.ada, "I lost my red hat")
    offered = await world.slack.wait_for_reply(world.lost, post, sentence("offer"))
    german = replace(await world.settings(), language="de")
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=german))
    async with started_again(world) as again:
        with database_away(owner_database_url):
            used = await again.slack.slash("lost", "a red hat", again.ada, again.lost)
            pressed = await again.slack.press(world.lost, offered["ts"], sentence("button_look_for_it"), again.ada)
            await eventually(lambda: used.ack and pressed.answers)
    assert used.ack
    assert used.ack["payload"]["text"] == pressed.answers[0]["text"] == sentence("busy", "de")


async def test_who_waits_reads_their_own_language_where_the_bot_has_heard_it(
    world: World, owner_database_url: str
) -> None:
    zoe = world.slack.admin.add_member("Zoé", locale="fr-FR")
    used = await world.slack.slash("lost", "my-reports", zoe, world.lost)
    await eventually(lambda: used.answers)
    world.store._pool.timeout = 3.0  # not half a minute, but still longer than Slack waits
    with database_away(owner_database_url):
        used = await world.slack.slash("lost", "my-reports", zoe, world.lost)
        await eventually(lambda: used.answers)
    assert used.answers[0]["text"] == sentence("busy", "fr")


async def test_a_slow_workspace_holds_up_no_other(world: World) -> None:
    async with asyncio.timeout(PATIENCE):
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


@pytest.fixture
async def many(world: World) -> list[str]:
    """More workspaces than the start connects to at once, all of which have installed the app."""
    teams = [f"T{number:04}" for number in range(3 * AT_ONCE)]
    for team in teams:
        bot = world.slack.admin.add_team(team)
        await Installations(world.store).save(Installation(team, team, bot.user, bot.token))
    return teams


async def test_a_start_connects_to_few_workspaces_at_once(
    world: World, many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, may_answer, hooks = 0, asyncio.Event(), world.slack.api.before_answer

    async def hold(_: Request) -> None:
        nonlocal asked
        hooks["auth.test"] = hold
        asked += 1
        await may_answer.wait()

    async def release() -> int:
        """Let the calls be answered once as many wait as will; return how many."""
        await eventually(lambda: asked >= AT_ONCE)
        await asyncio.sleep(0.5)  # one more would come by now
        waiting = asked
        may_answer.set()
        return waiting

    monkeypatch.setattr(workspaces, "_START_SECONDS", 60.0)
    hooks["auth.test"] = hold
    releasing = asyncio.create_task(release())
    async with world_on(world.slack, world.store.url, again=world, **by_http(world.slack), **OAUTH):
        assert await releasing == AT_ONCE
        await eventually(lambda: asked == len(many) + 2)


async def test_a_workspace_with_an_event_waits_for_no_turn(
    world: World, many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspaces, "_START_SECONDS", 0.1)
    found, zoe = (
        world.slack.admin.add_channel("found", team=many[-1]),
        world.slack.admin.add_member("Zoe", team=many[-1]),
    )
    own, may_answer, hooks = authorization(world, many[-1]), asyncio.Event(), world.slack.api.before_answer

    async def hold(request: Request) -> None:
        hooks["auth.test"] = hold
        if request.headers["Authorization"] != own:
            await may_answer.wait()

    hooks["auth.test"] = hold
    before = len(world.slack.calls_of("auth.test"))
    async with world_on(world.slack, world.store.url, again=world, **by_http(world.slack), **OAUTH) as again:
        world.slack.post_photo(found, zoe, JPEG, "theirs")
        await eventually(lambda: again.reports(many[-1]))
        assert len(world.slack.calls_of("auth.test")) - before == AT_ONCE + 1
        may_answer.set()
