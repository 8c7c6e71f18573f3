"""`/setup` creates the channels that a guild doesn't have yet, over real sockets, against the double."""

import asyncio
from typing import Any

import aiohttp
import discord
import pytest
from psycopg import OperationalError

from bot.discord import workspaces
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
from tests.support.discord_adapter import JPEG, World, open_world, opened_world
from tests.support.queues import NoQueue
from tests.support.waiting import eventually

world_fixture = pytest.fixture(opened_world, name="world")


ALL = "Create #found, #lost, #lost-and-found-team"


def a_manager(world: World) -> str:
    manager = world.discord.admin.join("Max")
    world.discord.members[manager]["roles"].append(world.discord.add_role("managers", MANAGE_GUILD))
    return manager


async def without_channels(world: World) -> None:
    """Leave only #general, and let the bot manage channels."""
    for name in ("found", "lost"):
        await world.discord.admin.delete_channel(name)
    await world.discord.admin.permit(world.discord.bot_role, MANAGE_CHANNELS)


async def panel(world: World, manager: str) -> Interaction:
    used = await world.discord.ui.slash("setup", manager, "general")
    await world.discord.ui.answer(used)
    return used


async def pressed(world: World, used: Interaction, words: str) -> str:
    """Press a button of the panel, and return what is shown in its place."""
    shown = used.responses[0]
    before = shown["edited_timestamp"]
    await world.discord.ui.press(shown["id"], words, used.user)
    await eventually(lambda: shown["edited_timestamp"] != before or None)
    return world.discord.text(shown)


async def settings(world: World) -> Settings:
    return await Handlers(world.store, NoQueue()).settings("discord", world.discord.guild_id)


async def test_without_the_permission_the_setup_names_it(world: World) -> None:
    used = await panel(world, a_manager(world))
    assert "Still missing: #lost-and-found-team." in str(used.answer)
    assert "the permission “Manage Channels”" in str(used.answer)
    assert len(world.discord.buttons(used.responses[0])) == 5


async def test_one_press_creates_the_channels_and_chooses_them(world: World) -> None:
    await without_channels(world)
    used = await panel(world, a_manager(world))
    text = await pressed(world, used, ALL)
    found, lost, log = (world.discord.channel(name) for name in ("found", "lost", "lost-and-found-team"))
    assert f"Created: <#{found}>, <#{lost}>, <#{log}>." in text
    assert "Still missing" not in text
    assert len(world.discord.buttons(used.responses[0])) == 5
    expected = Settings(found_channels=(found,), lost_channels=(lost,), log_channel=log)
    assert await settings(world) == expected
    assert "Post a photo of it here" in world.discord.channels[found]["topic"]
    post = await world.discord.people.post("found", world.discord.admin.join("Ben"), "a hat", {"a.jpg": JPEG})
    await eventually(lambda: world.discord.people.has_reaction(post, "👀"))


async def test_only_moderators_managers_and_the_bot_see_the_moderator_channel(world: World) -> None:
    await world.discord.admin.permit(world.discord.bot_role, MANAGE_CHANNELS)
    used = await panel(world, a_manager(world))
    another_bot = world.discord.add_role("another bot", MANAGE_MESSAGES)
    world.discord.roles[another_bot]["managed"] = True
    await world.discord.admin.permit(another_bot, 0)
    await pressed(world, used, "Create #lost-and-found-team")
    log = world.discord.channel("lost-and-found-team")
    others = world.discord.admin.join("Ada"), world.discord.admin.join("Robo", bot=True)
    await world.discord.admin.give_role(others[1], another_bot)
    seen = {
        user: bool(world.discord.may(user, log) & VIEW_CHANNEL)
        for user in (*others, used.user, world.discord.admin.join("Mo", moderator=True))
    }
    assert list(seen.values()) == [False, False, True, True]
    assert world.discord.may(BOT_ID, log) & (VIEW_CHANNEL | SEND_MESSAGES) == VIEW_CHANNEL | SEND_MESSAGES
    assert "I'm missing permissions" not in world.discord.text(used.responses[0])


async def test_a_second_press_creates_nothing(world: World) -> None:
    await without_channels(world)
    manager = a_manager(world)
    panels = [await panel(world, manager) for _ in range(2)]
    for used in panels:
        await world.discord.ui.press(used.responses[0]["id"], ALL, manager)
    for used in panels:
        await eventually(lambda: used.responses[0]["edited_timestamp"])  # noqa: B023 - looked at at once
    texts = [channel for channel in world.discord.channels.values() if channel["type"] == TEXT]
    assert sorted(channel["name"] for channel in texts) == ["found", "general", "lost", "lost-and-found-team"]


async def test_what_discord_refuses_is_named_and_the_rest_is_kept(world: World) -> None:
    await without_channels(world)
    used = await panel(world, a_manager(world))
    world.discord.max_channels = 2
    text = await pressed(world, used, ALL)
    found = world.discord.channel("found")
    assert f"Created: <#{found}>. I couldn't create #lost, #lost-and-found-team." in text
    assert await settings(world) == Settings(found_channels=(found,))
    assert "Create #lost, #lost-and-found-team" in world.discord.buttons(used.responses[0])


async def failing(*_: object) -> None:
    raise OperationalError("the database is away")


async def test_what_is_created_while_the_settings_cannot_be_saved_is_named(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    await without_channels(world)
    used = await panel(world, a_manager(world))
    monkeypatch.setattr(Handlers, "set_up", failing)
    tried = await world.discord.ui.press(used.responses[0]["id"], ALL, used.user)
    await eventually(lambda: used.responses[0]["edited_timestamp"] or tried.responses)
    found, lost, log = (world.discord.channel(name) for name in ("found", "lost", "lost-and-found-team"))
    text = world.discord.text(used.responses[0])
    assert f"Created: <#{found}>, <#{lost}>, <#{log}>. {sentence('channels_unsaved')}" in text
    assert await settings(world) == Settings()


async def test_a_moderators_channel_whose_creation_was_not_saved_is_taken_the_next_time(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    await world.discord.admin.permit(world.discord.bot_role, MANAGE_CHANNELS)
    visible = await world.discord.admin.create_channel("lost-and-found-team")
    manager, create = a_manager(world), "Create #lost-and-found-team"
    with monkeypatch.context() as patch:
        patch.setattr(Handlers, "set_up", failing)
        assert sentence("channels_unsaved") in await pressed(world, await panel(world, manager), create)
    await pressed(world, await panel(world, manager), create)
    named = [key for key, channel in world.discord.channels.items() if channel["name"] == "lost-and-found-team"]
    assert [(await settings(world)).log_channel] == [key for key in named if key != visible]


async def test_settings_that_are_saved_are_said_to_be_and_are_in_use_at_once(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    await without_channels(world)
    used = await panel(world, a_manager(world))
    monkeypatch.setattr(Handlers, "join", failing)
    text = await pressed(world, used, ALL)
    log = world.discord.channel("lost-and-found-team")
    assert f"<#{log}>." in text
    assert sentence("log_channel_open", channel=f"<#{log}>") not in text
    assert sentence("channels_unsaved") not in text
    assert "Still missing" not in text
    assert (await settings(world)).log_channel == log


async def test_channels_that_are_not_saved_with_the_settings_are_saved_later(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspaces, "_SAVE_EVERY_SECONDS", 0.2)
    async with open_world(database_url) as world:
        await without_channels(world)
        used = await panel(world, a_manager(world))
        with monkeypatch.context() as patch:
            patch.setattr(Handlers, "join", failing)
            await pressed(world, used, ALL)
            await asyncio.sleep(1)  # the events of the new channels fail too
        new = {world.discord.channel("found"), world.discord.channel("lost")}
        await eventually(lambda: saved_channels(world), holds=new.issubset)


async def saved_channels(world: World) -> set[str]:
    workspace = await world.store.workspace("discord", world.discord.guild_id)
    assert workspace
    async with world.store.transaction(workspace.community) as connection:
        rows = await connection.execute("SELECT external_id FROM channel WHERE role IS NOT NULL")
        return {row["external_id"] for row in await rows.fetchall()}


async def test_members_who_may_not_manage_the_guild_create_nothing(world: World) -> None:
    await without_channels(world)
    used = await panel(world, a_manager(world))
    tried = await world.discord.ui.press(used.responses[0]["id"], ALL, world.discord.admin.join("Ada"))
    assert sentence("only_moderators_here") in await world.discord.ui.answer(tried)
    assert await settings(world) == Settings()


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
    async with open_world(database_url) as world:
        await without_channels(world)
        text = await pressed(world, await panel(world, a_manager(world)), ALL)
        found = world.discord.channel("found")
        assert f"Created: <#{found}>. I couldn't create #lost, #lost-and-found-team." in text
        assert (await settings(world)).found_channels == (found,)
