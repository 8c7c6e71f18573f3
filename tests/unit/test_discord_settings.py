"""What `/setup` keeps and offers, and where commands are offered."""

import asyncio
from unittest.mock import AsyncMock, MagicMock, create_autospec

import discord
from psycopg import OperationalError

from bot.discord.command_tree import command_tree
from bot.discord.settings_fields import channel_inputs
from bot.discord.workspaces import Workspaces
from reunite.commands import ChangeSettings
from reunite.entities import Settings
from reunite.handlers import Handlers


async def test_settings_read_before_a_change_do_not_replace_it() -> None:
    guild = MagicMock(discord.Guild, id=1, unavailable=False, channels=[], text_channels=[], forums=[])
    saved, read, go_on = Settings(), asyncio.Event(), asyncio.Event()

    async def settings(*_: str) -> Settings:
        before = saved
        read.set()
        await go_on.wait()
        return before

    async def set_up(command: ChangeSettings) -> None:
        nonlocal saved
        saved = command.settings

    handlers = create_autospec(Handlers, instance=True)
    handlers.settings, handlers.set_up = settings, set_up
    workspaces = Workspaces(handlers, AsyncMock(return_value=None))
    joining = asyncio.create_task(workspaces.join(guild))
    await read.wait()
    handlers.join.side_effect = OperationalError("the database is away")
    changing = asyncio.create_task(workspaces.change(guild, lambda _: Settings(language="de")))
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(joining, changing, return_exceptions=True)
    assert workspaces.settings(guild) == Settings(language="de")


def test_each_channel_that_may_take_reports_can_be_chosen() -> None:
    found, lost, log, *_ = (label.component for label in channel_inputs(Settings(), "en"))
    kinds = discord.ChannelType
    assert isinstance(found, discord.ui.ChannelSelect)
    assert isinstance(lost, discord.ui.ChannelSelect)
    assert isinstance(log, discord.ui.ChannelSelect)
    assert {*found.channel_types} == {*lost.channel_types} == {kinds.text, kinds.news, kinds.forum, kinds.media}
    assert log.channel_types == [kinds.text]


def test_commands_come_with_the_bot_and_not_with_a_persons_account() -> None:
    tree = command_tree(discord.Client(intents=discord.Intents.none()), *[MagicMock()] * 4)
    listed = [command.to_dict(tree) for kind in discord.AppCommandType for command in tree.get_commands(type=kind)]
    # interactions/application-commands, "Contexts": 0 is an installation to a server (read 2026-11-30).
    assert [command["integration_types"] for command in listed] == [[0]] * len(listed) != []
