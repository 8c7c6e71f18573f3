"""A guild whose outage ends while the bot starts."""

from typing import Any
from unittest.mock import AsyncMock, MagicMock, call, create_autospec

import discord

from bot.discord.events import Events
from bot.discord.greeting import Greeter
from bot.discord.reconcile import Reconciler
from bot.discord.workspaces import Workspaces


async def test_a_guild_that_comes_back_while_another_is_joined_is_caught_up_in() -> None:
    back, other = (MagicMock(discord.Guild, id=number, unavailable=number == 1) for number in (1, 2))
    for guild in (back, other):
        guild.me.is_timed_out.return_value = False
    joined: list[Any] = []

    async def join(guild: discord.Guild) -> None:
        joined.append(guild)
        if guild is other:
            back.unavailable = False
            await events.on_guild_available(back)

    reconciler = create_autospec(Reconciler, instance=True, missed=MagicMock(away=set()))
    events = Events(
        MagicMock(discord.AutoShardedClient, guilds=[back, other], shard_count=1),
        workspaces=AsyncMock(Workspaces, join=join, join_now_or_later=join, channels=MagicMock(return_value=[])),
        inbound=MagicMock(),
        verdicts=MagicMock(),
        buttons=MagicMock(),
        reconciler=reconciler,
        greeter=create_autospec(Greeter, instance=True),
        pause_after_trouble=0,
    )
    await events.start()
    assert joined == [other, back]
    assert reconciler.missed.away == set()
    assert call(only=[back]) in reconciler.start.call_args_list
