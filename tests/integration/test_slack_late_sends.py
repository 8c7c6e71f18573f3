"""A message on Slack whose sending was cut off, and that arrives after all while it's being sent again: there is one.

Slack takes no key that makes a message unique, so every resend looks for an earlier copy.
"""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from reunite.entities import ReplyTarget
from reunite.errors import TryAgainError
from reunite.messages.reply import Plain, Reply
from reunite.ports import Outgoing, Sent
from tests.doubles.slack import TEAM
from tests.support.slack_adapter import World, connected_world
from tests.support.waiting import eventually

world_fixture = pytest.fixture(connected_world, name="world")
LOOK = {True: "conversations.replies", False: "conversations.history"}


async def cut_off(world: World, *, in_thread: bool) -> tuple[Outgoing, asyncio.Event]:
    """Send a reply and give up before Slack takes it; return what lets it arrive."""
    root = world.slack.post_unheard(world.found, world.ada, "root")
    target = ReplyTarget("slack", TEAM, world.found, root if in_thread else None)
    outgoing, arrives = Outgoing("key-1", target, Reply("nothing", ((Plain("nothing yet"),),))), asyncio.Event()
    world.slack.api.before_effect["chat.postMessage"] = arrives.wait
    sending = asyncio.create_task(world.platform.send(outgoing))
    await eventually(lambda: world.slack.calls_of("chat.postMessage"))
    sending.cancel()
    await asyncio.wait([sending])
    return replace(outgoing, maybe_sent=True), arrives


def copies(world: World) -> list[str]:
    return [message["ts"] for message in world.slack.messages[world.found] if message.get("metadata")]


def arriving_at(world: World, arrives: asyncio.Event) -> Any:
    """Return a step of the double that lets the first attempt arrive."""

    async def step(_: web.Request | None = None) -> None:
        arrives.set()
        await eventually(lambda: copies(world))

    return step


async def send(world: World, outgoing: Outgoing) -> Sent:
    """Send as a delivery does, which tries again after temporary trouble."""
    while True:
        try:
            return await world.platform.send(outgoing)
        except TryAgainError as error:
            await asyncio.sleep(error.after or 0.1)


@pytest.mark.parametrize("every", [0.0, 1.0], ids=["Slack takes both", "Slack puts the second off"])
@pytest.mark.parametrize("in_thread", [True, False])
async def test_a_message_that_arrives_just_after_it_was_looked_for_is_there_once(
    world: World, every: float, *, in_thread: bool
) -> None:
    world.slack.api.message_every = every
    outgoing, arrives = await cut_off(world, in_thread=in_thread)
    world.slack.api.before_answer[LOOK[in_thread]] = arriving_at(world, arrives)
    sent = await send(world, outgoing)
    assert copies(world) == [sent.message]


@pytest.mark.parametrize("in_thread", [True, False])
async def test_a_message_that_arrives_just_after_it_was_sent_again_is_there_once(
    world: World, *, in_thread: bool
) -> None:
    world.slack.api.message_every = 0
    outgoing, arrives = await cut_off(world, in_thread=in_thread)
    world.slack.api.before_answer["chat.postMessage"] = arriving_at(world, arrives)
    sent = await send(world, outgoing)
    assert copies(world) == [sent.message]


async def test_of_two_attempts_at_once_both_keep_the_same_message(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.channel_pace._EVERY_SECONDS", 0.0)
    world.slack.api.message_every = 0
    outgoing, _ = await cut_off(world, in_thread=True)

    async def until_both_are_there() -> None:
        world.slack.api.before_effect["conversations.replies"] = until_both_are_there
        if len(world.slack.calls_of("conversations.replies")) > len(("one", "two")):
            await eventually(lambda: len(copies(world)) > 1)

    async def until_both_delete() -> None:
        world.slack.api.before_effect["chat.delete"] = until_both_delete
        await eventually(lambda: len(world.slack.calls_of("chat.delete")) > 1)

    world.slack.api.before_effect["conversations.replies"] = until_both_are_there
    world.slack.api.before_effect["chat.delete"] = until_both_delete
    sent = await asyncio.gather(world.platform.send(outgoing), world.platform.send(outgoing))
    assert copies(world) == [sent[0].message] == [sent[1].message]


async def test_the_message_that_stays_is_recorded_though_the_answer_to_the_deletion_is_lost(world: World) -> None:
    world.slack.api.message_every = 0
    outgoing, arrives = await cut_off(world, in_thread=True)
    world.slack.api.before_answer["chat.postMessage"] = arriving_at(world, arrives)

    async def lose(_: web.Request) -> None:
        raise ConnectionResetError

    world.slack.api.before_answer["chat.delete"] = lose
    sent = await send(world, outgoing)
    assert copies(world) == [sent.message]


async def test_a_message_is_sent_though_slack_does_not_say_whether_there_is_another(world: World) -> None:
    outgoing, _ = await cut_off(world, in_thread=True)

    async def refuse(_: web.Request) -> None:
        world.slack.api.fail_next("conversations.replies", 429, "ratelimited", retry_after=60)

    world.slack.api.before_answer["chat.postMessage"] = refuse
    sent = await world.platform.send(outgoing)
    assert copies(world) == [sent.message]
