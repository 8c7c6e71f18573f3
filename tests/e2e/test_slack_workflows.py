"""Private reports and claims on Slack, with the real worker."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.doubles.slack import shown
from tests.doubles.slack_blocks import buttons
from tests.support.slack_world import SlackWorld, slack_world
from tests.support.waiting import eventually


@pytest.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[SlackWorld]:
    async with slack_world(database_url, redis_url) as opened:
        yield opened


def public(world: SlackWorld) -> str:
    """What everybody can read."""
    return str([world.slack.messages[channel] for channel in (world.found, world.lost)])


async def test_a_private_report_is_matched_and_only_its_author_is_notified(world: SlackWorld) -> None:
    await world.set_up(log_channel=world.mods)
    found = world.post_found("red", "umbrella by the door")
    await world.reply(world.found, found, "Nobody has reported it missing yet")
    await world.slack.slash("lost", "", world.ada, world.lost)
    modal = await world.slack.ui.modal(world.ada)
    await world.slack.ui.submit(modal, world.ada, words="my red umbrella with a diary", seen="private")
    direct = world.slack.direct(world.ada)
    post = await world.slack.wait_for_post(direct, "my red umbrella with a diary")
    card = await world.reply(direct, post["ts"], "This could be yours.")
    assert [button["text"]["text"] for button in buttons(card["blocks"])] == ["This is mine", "Not mine"]
    line = await world.slack.wait_for_post(world.mods, "my red umbrella with a diary")
    assert "diary" not in public(world)
    await world.slack.react(world.mods, line["ts"], "white_check_mark", world.moderator).acked.wait()
    await world.reply(direct, post["ts"], "Returned")


async def claim(world: SlackWorld, card: dict[str, Any], words: str) -> None:
    await world.slack.press(world.lost, card["ts"], "This is mine", world.ada)
    modal = await world.slack.ui.modal(world.ada, "Is it yours?")
    await world.slack.ui.submit(modal, world.ada, words=words)
    await world.slack.ui.modal(world.ada, "The finder will check")


async def decide(world: SlackWorld, channel: str, message: dict[str, Any], words: str, decision: str) -> None:
    seen = await world.slack.press(channel, message["ts"], "See their answer", world.ben)
    await eventually(lambda: seen.answers)
    assert words in shown(seen.answers[0])
    await world.slack.ui.press_whisper({"channel": channel, **seen.answers[0]}, decision, world.ben)


async def test_a_claim_goes_from_the_owner_by_the_finder_to_the_moderator(world: SlackWorld) -> None:
    found = world.post_found("red", "umbrella by the door")
    lost = await world.report_lost("my red umbrella")
    card = await world.card(lost)
    await claim(world, card, "a wooden handle")
    answer = await world.reply(world.found, found, "says this is theirs")
    await decide(world, world.found, answer, "a wooden handle", "It doesn't match")
    await world.reply(world.lost, lost, "You have 2 tries left.")
    await claim(world, card, "my initials A.L.")
    answer = (await eventually(lambda: _claims(world, found)))[-1]
    await decide(world, world.found, answer, "my initials A.L.", "It matches")
    await world.reply(world.lost, lost, "agrees it's yours")
    assert "initials" not in public(world)
    world.slack.react(world.lost, card["ts"], "white_check_mark", world.moderator)
    await world.reply(world.found, found, "Returned, confirmed by Mo")


def _claims(world: SlackWorld, found: str) -> list[dict[str, Any]]:
    """The open claims in a found report's thread, where there are two by now."""
    thread = [message for message in world.slack.thread(world.found, found) if "theirs" in shown(message)]
    return thread if len(thread) == 2 else []
