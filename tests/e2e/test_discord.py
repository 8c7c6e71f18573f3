"""The main job on Discord, end to end: bot and worker as they are, the unmodified discord.py, the double as Discord."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.doubles.discord import TOKEN, DiscordDouble
from tests.support.discord_world import DiscordWorld, discord_world
from tests.support.pictures import drawing
from tests.support.processes import process
from tests.support.waiting import PATIENCE, eventually


@pytest.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[DiscordWorld]:
    async with discord_world(database_url, redis_url) as world:
        yield world


async def test_a_found_photo_answers_a_lost_report_and_a_moderator_closes_and_reopens_both(world: DiscordWorld) -> None:
    found = await world.post_found("red", "umbrella by the door")
    await world.wait_for_reply(found, "I'll keep watching")
    assert world.discord.channels[found]["name"] == "Found: umbrella by the door"
    lost = await world.report_lost("my red umbrella")

    card = await world.wait_for_reply(lost, "This could be yours.", "umbrella by the door", "red ✓")
    assert world.discord.channels[lost]["name"] == "Lost: my red umbrella"
    shown = world.discord.message(card)
    assert "Possible match" in world.discord.text(shown) or "High confidence" in world.discord.text(shown)
    assert world.discord.pinged(shown) == {world.ada}
    channel = world.discord.channel("found")
    assert f"https://discord.com/channels/{world.discord.guild_id}/{channel}/{found}" in world.discord.text(shown)
    gallery = world.discord.message(await world.wait_for_reply(lost, "There was only one found item"))
    assert [len(reply["attachments"]) for reply in (gallery, shown)] == [1, 0]  # the same photo is shown once

    await world.discord.people.react(card, "✅", world.moderator)
    for thread in (lost, found):
        await world.wait_for_reply(thread, "Returned", "confirmed by", world.moderator)
    await world.discord.people.unreact(card, "✅", world.moderator)
    for thread in (lost, found):
        await world.wait_for_reply(thread, "open again")


async def test_a_finder_whose_report_matches_immediately_can_leave_a_secret_detail(world: DiscordWorld) -> None:
    await world.wait_for_reply(await world.report_lost("a blue cup"), "I'll keep watching")
    card = await world.wait_for_reply(await world.post_found("blue"), "Possible owner found.")
    opening = await world.discord.ui.press(card, "Add a secret detail", world.ben)
    assert "keep it secret" in await world.fill_in(opening, words="a chip at the bottom")


async def test_a_photo_of_the_lost_thing_is_compared_with_the_finds(world: DiscordWorld) -> None:
    await world.wait_for_reply(await world.post_found("green"), "I'll keep watching")
    yellow = await world.post_found("yellow", "on the bench")
    await world.wait_for_reply(yellow, "I'll keep watching")
    lost = await world.report_lost("", drawing("yellow"))
    await world.wait_for_reply(lost, "This could be yours.", "on the bench")


async def test_an_unreadable_photo_is_named_in_its_thread(world: DiscordWorld) -> None:
    post = await world.discord.people.post("found", world.ben, "look", {"note.jpg": b"not a picture at all"})
    await world.wait_for_reply(post, "I can't read note.jpg as a photo")


# The command, as an operator runs it


@asynccontextmanager
async def command(discord: DiscordDouble, servers: dict[str, str], token: str) -> AsyncIterator[Process]:
    """Run `reunite bot discord`."""
    environment = {
        **os.environ,
        **servers,
        "REUNITE_DISCORD_TOKEN": token,
        "REUNITE_DISCORD_API_BASE": discord.api_base,
        "REUNITE_DISCORD_GATEWAY": discord.gateway_url,
    }
    reunite = Path(sys.executable).with_name("reunite")
    async with process(str(reunite), "bot", "discord", env=environment, stdout=PIPE, stderr=PIPE) as started:
        yield started


@pytest.fixture
def servers_of_the_test(database_url: str, redis_url: str) -> dict[str, str]:
    return {"REUNITE_DATABASE_URL": database_url, "REUNITE_REDIS_URL": redis_url}


async def test_the_command_takes_posts_until_it_is_asked_to_stop(servers_of_the_test: dict[str, str]) -> None:
    async with DiscordDouble() as discord, command(discord, servers_of_the_test, TOKEN) as bot:
        await eventually(lambda: discord.gateway.identified)
        post = await discord.people.post(
            "found", discord.admin.join("Ben"), "a secret caption", {"red.jpg": drawing("red")}
        )
        await eventually(lambda: discord.people.has_reaction(post, "👀"))
        bot.terminate()
        _, log = await asyncio.wait_for(bot.communicate(), PATIENCE)
        assert bot.returncode == 0
        assert b"Traceback" not in log
        assert b"secret caption" not in log
        assert TOKEN.encode() not in log


async def test_the_command_says_in_one_sentence_what_is_wrong_with_the_token(
    servers_of_the_test: dict[str, str],
) -> None:
    async with DiscordDouble() as discord, command(discord, servers_of_the_test, "wrong") as bot:
        _, output = await asyncio.wait_for(bot.communicate(), PATIENCE)
        assert bot.returncode not in {0, None}
        assert b"REUNITE_DISCORD_TOKEN" in output
        assert b"Traceback" not in output
