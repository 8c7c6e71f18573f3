"""The language that a guild is greeted in is its own on Discord, unless somebody has chosen one."""

from typing import Any
from unittest.mock import AsyncMock, MagicMock

import discord
import pytest

from bot.discord.workspaces import Workspaces
from reunite.entities import Settings
from tests.contract.stages import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(("chosen", "used"), [(None, "es"), ("en", "en"), ("de", "de")])
async def test_a_guilds_language_is_adopted_only_if_none_was_chosen(
    stage: Stage, chosen: str | None, used: str
) -> None:
    workspaces = Workspaces(stage.handlers, AsyncMock(return_value=None))
    guild: Any = MagicMock(discord.Guild, id=1, unavailable=False, channels=[], text_channels=[], forums=[])
    guild.name = "Museum"
    await workspaces.join(guild)
    if chosen:
        settings = Settings(language=chosen)
        await workspaces.change(guild, lambda _: settings)
    await workspaces.adopt_language(guild, "es")
    assert workspaces.language(guild) == used
