"""What another process changes is in use here at once: a workspace's settings, and the channels of Slack's bot."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import AsyncMock

import psycopg
import pytest

from bot.discord.workspaces import Workspaces
from bot.slack import reconcile
from bot.slack.workspace import SlackWorkspace
from bot.workspace_changes import follow_changes
from db.cancellation import stop
from db.slack_channels import move_channel
from db.store import Store
from reunite.commands import ChangeSettings, JoinWorkspace
from reunite.entities import Channel, ReportKind
from reunite.handlers import Handlers
from reunite.language import sentence
from tests.doubles.discord_shapes import MANAGE_GUILD
from tests.doubles.slack import TEAM
from tests.support import discord_adapter, slack_adapter
from tests.support.discord_adapter import JPEG
from tests.support.queues import NoQueue
from tests.support.waiting import eventually

_END_LISTENER = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE query = 'LISTEN reunite_workspace' AND datname = current_database()"""


async def _change_elsewhere(world: discord_adapter.World, **values: Any) -> None:
    """Change settings as another process of the bot does."""
    other = Handlers(world.store, NoQueue())
    settings = replace(await other.settings("discord", world.discord.guild_id), **values)
    await other.set_up(ChangeSettings(platform="discord", workspace=world.discord.guild_id, settings=settings))


async def _is_for_found(world: discord_adapter.World, channel: str) -> bool:
    workspace = await world.store.workspace("discord", world.discord.guild_id)
    assert workspace is not None
    saved = await world.store.channels(workspace)
    return world.discord.channel(channel) in {known.id for known in saved if known.role is ReportKind.FOUND}


async def test_on_discord_a_channel_chosen_elsewhere_takes_posts(database_url: str) -> None:
    async with discord_adapter.open_world(database_url) as world:
        await _change_elsewhere(world, found_channels=(world.discord.channel("general"),))
        await eventually(lambda: _is_for_found(world, "general"))
        post = await world.discord.people.post("general", world.discord.admin.join("Ada"), "a hat", {"a.jpg": JPEG})
        await eventually(lambda: world.discord.people.has_reaction(post, "👀"))


async def test_a_change_that_nobody_told_of_is_read_once_the_database_is_back(
    owner_database_url: str, database_url: str
) -> None:
    async with discord_adapter.open_world(database_url) as world:
        async with await psycopg.AsyncConnection.connect(owner_database_url, autocommit=True) as owner:

            async def end_listener() -> Sequence[object]:
                return await (await owner.execute(_END_LISTENER)).fetchall()

            await eventually(end_listener)
        await _change_elsewhere(world, found_channels=(world.discord.channel("general"),))
        await eventually(lambda: _is_for_found(world, "general"))


async def test_on_discord_a_change_keeps_what_another_process_has_changed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Workspaces, "reread", AsyncMock())  # the notification comes too late
    async with discord_adapter.open_world(database_url) as world:
        manager, ui = world.discord.admin.join("Max"), world.discord.ui
        world.discord.members[manager]["roles"].append(world.discord.add_role("managers", MANAGE_GUILD))
        used = await ui.slash("setup", manager, "general")
        await ui.answer(used)
        await _change_elsewhere(world, language="de")
        panel = used.responses[0]
        digest = world.discord.buttons(panel)[2]
        opened = await ui.press(panel["id"], digest, manager)
        await ui.opened(opened)
        await ui.submit(opened, digest="on")
        await eventually(lambda: sentence("language_name", "de") in world.discord.text(panel) or None)
        saved = await Handlers(world.store, NoQueue()).settings("discord", world.discord.guild_id)
        assert (saved.language, saved.digest) == ("de", True)


async def test_slack_divides_events_among_processes_so_a_channel_joined_elsewhere_takes_posts(
    database_url: str,
) -> None:
    async with slack_adapter.world_in(database_url) as world:
        names = {world.found: "found", world.lost: "lost", world.general: "found-items"}
        chosen = (Channel(channel, name, ReportKind.FOUND) for channel, name in names.items())
        await Handlers(world.store, NoQueue()).join(JoinWorkspace("slack", TEAM, "Double", tuple(chosen)))

        async def is_taken_up() -> bool:
            world.slack.post_photo(world.general, world.ada, JPEG, "a hat")
            return bool(await world.reports())

        await eventually(is_taken_up)


async def test_settings_changed_by_another_slack_process_count_before_it_has_read_the_channels(
    database_url: str,
) -> None:
    async with slack_adapter.world_in(database_url) as world:
        settings = replace(await world.settings(), found_channels=(world.general,))
        other = Handlers(world.store, NoQueue())
        await other.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=settings))

        async def is_taken_up() -> bool:
            world.slack.post_photo(world.general, world.ada, JPEG, "a hat")
            return bool(await world.reports())

        await eventually(is_taken_up)


async def test_a_channel_whose_new_id_another_slack_process_was_told_takes_posts(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with slack_adapter.world_in(database_url) as world:
        monkeypatch.setattr(SlackWorkspace, "refresh", AsyncMock())  # Slack is slow to list the channels
        moved = world.slack.admin.share(world.found, unheard=True)
        await move_channel(world.store, TEAM, world.found, moved)

        async def is_taken_up() -> bool:
            world.slack.post_photo(moved, world.ada, JPEG, "a hat")
            return bool(await world.reports())

        await eventually(is_taken_up)


async def test_channels_that_another_slack_process_has_not_heard_of_are_not_forgotten(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "_RECORD_EVERY_SECONDS", 0.2)
    async with slack_adapter.world_in(database_url) as world:
        other = Handlers(world.store, NoQueue())
        await other.join(JoinWorkspace("slack", TEAM, "Double", (Channel(world.lost, "lost", ReportKind.LOST),)))

        async def are_saved() -> bool:
            workspace = await world.store.workspace("slack", TEAM)
            assert workspace is not None
            return world.found in {channel.id for channel in await world.store.channels(workspace)}

        await eventually(are_saved)


async def test_a_workspace_that_fails_to_be_read_again_does_not_hold_up_the_others(database_url: str) -> None:
    reread = list[str]()

    async def fail_first(workspace: str) -> None:
        reread.append(workspace)
        if workspace == "1":
            raise ZeroDivisionError

    async with Store(database_url) as store:
        following = asyncio.create_task(follow_changes(store, "discord", lambda: ["1", "2"], fail_first))
        await eventually(lambda: "2" in reread)
        await stop(following)
    assert reread == ["1", "2"]
