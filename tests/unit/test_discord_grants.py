"""When the bot notices that it may write again."""

import asyncio
from datetime import timedelta
from unittest.mock import MagicMock

import discord
import pytest

from bot.discord.grants import Grants
from bot.discord.permissions import TO_POST
from bot.discord.workspaces import Workspaces
from reunite.entities import Settings

_TIMED_OUT = discord.Permissions(view_channel=True, read_message_history=True)


async def test_a_timeout_that_ends_grants_again_what_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    later, granted = MagicMock(), MagicMock()
    monkeypatch.setattr(asyncio.get_running_loop(), "call_later", later)
    hour = discord.utils.utcnow() + timedelta(hours=1)
    guild = MagicMock(
        discord.Guild, id=1, get_channel=lambda _: None, me=MagicMock(discord.Member, timed_out_until=hour)
    )
    channel = MagicMock(discord.TextChannel, id=2, guild=guild)
    workspaces = MagicMock(Workspaces, channels=lambda *_: [channel], settings=lambda _: Settings())
    grants = Grants(workspaces, granted)

    def be(*, timed_out: bool) -> None:
        guild.me.is_timed_out.return_value = timed_out
        channel.permissions_for.return_value = _TIMED_OUT if timed_out else TO_POST

    be(timed_out=True)
    grants.note(guild)
    [(seconds, at_end, *about)] = [call.args for call in later.call_args_list]
    assert 3590 < seconds < 3620
    granted.assert_not_called()
    be(timed_out=False)
    at_end(*about)
    granted.assert_called_once_with(guild)

    be(timed_out=True)
    grants.note(guild)
    grants.stop()
    later.return_value.cancel.assert_called()
