"""`/setup` creates the channels that a guild doesn't have yet, over real sockets, against the double."""

from typing import Any

import aiohttp
import discord
import pytest

from reunite.entities import Settings
from reunite.handlers import Handlers
from reunite.language import LANGUAGES, sentence
from tests.doubles.discord import BOT_ID, Interaction
from tests.doubles.discord_shapes import (
    MANAGE_CHANNELS,
    MANAGE_GUILD,
    MANAGE_MESSAGES,
    SEND_MESSAGES,
    TEXT,
    VIEW_CHANNEL,
)
from tests.support.discord_adapter import JPEG, World, world
from tests.support.queues import NoQueue
from tests.support.waiting import eventually

ALL = "Create #found, #lost, #lost-and-found-team"


def a_manager(here: World) -> str:
    manager = here.discord.join("Max")
    here.discord.members[manager]["roles"].append(here.discord.add_role("managers", MANAGE_GUILD))
    return manager


async def without_channels(here: World) -> None:
    """Leave only #general, and let the bot manage channels."""
    for name in ("found", "lost"):
        await here.discord.delete_channel(name)
    await here.discord.permit(here.discord.bot_role, MANAGE_CHANNELS)


async def panel(here: World, manager: str) -> Interaction:
    used = await here.discord.slash("setup", manager, "general")
    await here.discord.answer(used)
    return used


async def pressed(here: World, used: Interaction, words: str) -> str:
    """Press a button of the panel, and return what is shown in its place."""
    shown = used.said[0]
    before = shown["edited_timestamp"]
    await here.discord.press(shown["id"], words, used.user)
    await eventually(lambda: shown["edited_timestamp"] != before or None)
    return here.discord.text(shown)


async def settings(here: World) -> Settings:
    return await Handlers(here.store, NoQueue()).settings("discord", here.discord.guild_id)


async def test_without_the_permission_the_setup_names_it(database_url: str) -> None:
    async with world(database_url) as here:
        used = await panel(here, a_manager(here))
        assert "Still missing: #lost-and-found-team." in str(used.answer)
        assert "the permission “Manage Channels”" in str(used.answer)
        assert len(here.discord.buttons(used.said[0])) == 5


async def test_one_press_creates_the_channels_and_chooses_them(database_url: str) -> None:
    async with world(database_url) as here:
        await without_channels(here)
        used = await panel(here, a_manager(here))
        said = await pressed(here, used, ALL)
        found, lost, log = (here.discord.channel(name) for name in ("found", "lost", "lost-and-found-team"))
        assert f"Created: <#{found}>, <#{lost}>, <#{log}>." in said
        assert "Still missing" not in said
        assert len(here.discord.buttons(used.said[0])) == 5
        expected = Settings(found_channels=(found,), lost_channels=(lost,), log_channel=log)
        assert await settings(here) == expected
        assert "Post a photo of it here" in here.discord.channels[found]["topic"]
        post = await here.discord.post("found", here.discord.join("Ben"), "a hat", {"a.jpg": JPEG})
        await eventually(lambda: here.discord.has_reaction(post, "👀"))


async def test_only_moderators_managers_and_the_bot_see_the_moderator_channel(database_url: str) -> None:
    async with world(database_url) as here:
        await here.discord.permit(here.discord.bot_role, MANAGE_CHANNELS)
        used = await panel(here, a_manager(here))
        another_bot = here.discord.add_role("another bot", MANAGE_MESSAGES)
        here.discord.roles[another_bot]["managed"] = True
        await here.discord.permit(another_bot, 0)
        await pressed(here, used, "Create #lost-and-found-team")
        log = here.discord.channel("lost-and-found-team")
        others = here.discord.join("Ada"), here.discord.join("Robo", bot=True)
        await here.discord.give_role(others[1], another_bot)
        seen = {
            user: bool(here.discord.may(user, log) & VIEW_CHANNEL)
            for user in (*others, used.user, here.discord.join("Mo", moderator=True))
        }
        assert list(seen.values()) == [False, False, True, True]
        assert here.discord.may(BOT_ID, log) & (VIEW_CHANNEL | SEND_MESSAGES) == VIEW_CHANNEL | SEND_MESSAGES
        assert "I'm missing permissions" not in here.discord.text(used.said[0])


async def test_a_second_press_creates_nothing(database_url: str) -> None:
    async with world(database_url) as here:
        await without_channels(here)
        manager = a_manager(here)
        panels = [await panel(here, manager) for _ in range(2)]
        for used in panels:
            await here.discord.press(used.said[0]["id"], ALL, manager)
        for used in panels:
            await eventually(lambda: used.said[0]["edited_timestamp"])  # noqa: B023 - looked at at once
        texts = [channel for channel in here.discord.channels.values() if channel["type"] == TEXT]
        assert sorted(channel["name"] for channel in texts) == ["found", "general", "lost", "lost-and-found-team"]


async def test_what_discord_refuses_is_named_and_the_rest_is_kept(database_url: str) -> None:
    async with world(database_url) as here:
        await without_channels(here)
        used = await panel(here, a_manager(here))
        here.discord.most_channels = 2
        said = await pressed(here, used, ALL)
        found = here.discord.channel("found")
        assert f"Created: <#{found}>. I couldn't create #lost, #lost-and-found-team." in said
        assert await settings(here) == Settings(found_channels=(found,))
        assert "Create #lost, #lost-and-found-team" in here.discord.buttons(used.said[0])


async def test_members_who_may_not_manage_the_guild_create_nothing(database_url: str) -> None:
    async with world(database_url) as here:
        await without_channels(here)
        used = await panel(here, a_manager(here))
        tried = await here.discord.press(used.said[0]["id"], ALL, here.discord.join("Ada"))
        assert sentence("only_moderators_here") in await here.discord.answer(tried)
        assert await settings(here) == Settings()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_button_fits_and_names_are_as_discord_writes_them(language: str) -> None:
    names = [sentence(f"channel_{use}", language) for use in ("found", "lost", "log")]
    assert all(name == name.casefold() and " " not in name for name in names)
    assert len(sentence("channels_create", language, channels=", ".join(f"#{name}" for name in names))) <= 80


async def test_what_is_created_is_kept_where_the_connection_breaks(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = discord.Guild.create_text_channel

    async def break_off(guild: discord.Guild, name: str, **more: Any) -> discord.TextChannel:
        if name == "lost":
            raise aiohttp.ServerDisconnectedError
        return await create(guild, name, **more)

    monkeypatch.setattr(discord.Guild, "create_text_channel", break_off)
    async with world(database_url) as here:
        await without_channels(here)
        said = await pressed(here, await panel(here, a_manager(here)), ALL)
        found = here.discord.channel("found")
        assert f"Created: <#{found}>. I couldn't create #lost, #lost-and-found-team." in said
        assert (await settings(here)).found_channels == (found,)
