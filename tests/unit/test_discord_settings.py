"""Settings that a guild has chosen stay as they are, whatever is read meanwhile."""

import asyncio
from unittest.mock import AsyncMock, MagicMock, create_autospec

import discord
from psycopg import OperationalError

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
