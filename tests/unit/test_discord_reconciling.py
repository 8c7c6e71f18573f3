"""The order in which guilds are caught up in, and the end of it when the bot stops."""

import asyncio
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import discord
import pytest

from bot.discord.config import DiscordConfig
from bot.discord.reconcile import Reconciler
from bot.discord.threads import neutral_name
from tests.support.waiting import eventually


def reconciling(client: Any, other: Any, handlers: Any = None, workspaces: Any = None) -> Reconciler:
    """Return a reconciler; `other` stands in for each part that isn't given."""
    return Reconciler(
        client,
        handlers or other,
        workspaces or other,
        inbound=other,
        verdicts=other,
        destinations=other,
        missed=other,
        config=DiscordConfig(token="token"),
    )


async def test_it_is_stopped_though_a_cancellation_gets_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    began = asyncio.Event()

    async def swallow_one(_: object) -> None:
        began.set()
        with suppress(asyncio.CancelledError):  # as asyncio.wait_for does before Python 3.12
            await asyncio.Event().wait()
        raise OSError

    guild = SimpleNamespace(id=1, unavailable=False)
    client: Any = SimpleNamespace(guilds=[guild], get_guild=lambda _: guild)
    other: Any = None
    reconciler = reconciling(client, other)
    monkeypatch.setattr(reconciler, "_reconcile_guild", swallow_one)
    reconciler.start()
    await began.wait()
    async with asyncio.timeout(20):
        await reconciler.stop()
    assert reconciler._task
    assert reconciler._task.done()


async def test_threads_names_are_looked_at_once_all_guilds_are_caught_up_in(monkeypatch: pytest.MonkeyPatch) -> None:
    guilds: dict[int, Any] = {number: MagicMock(id=number, unavailable=False) for number in (1, 2)}
    for guild in guilds.values():
        guild.threads = [MagicMock(discord.Thread, id=10 * guild.id + i, owner_id=7, guild=guild) for i in range(2)]
        guild.me.id = 7
        guild.threads[0].name, guild.threads[1].name = neutral_name(guild.threads[0], "de"), "Found: a hat"
    steps: list[str] = []

    async def caught_up(guild: Any) -> None:
        steps.append(f"guild {guild.id}")

    async def looked_up(target: Any) -> None:
        steps.append(f"thread {target.message}")

    client: Any = MagicMock(guilds=guilds.values(), get_guild=guilds.get)
    handlers: Any = AsyncMock(known_posts=AsyncMock(return_value=[]), report_at=looked_up)
    workspaces, other = MagicMock(language=lambda _: "en"), AsyncMock()
    reconciler = reconciling(client, other, handlers, workspaces)
    monkeypatch.setattr(reconciler, "_reconcile_guild", caught_up)
    reconciler.start()
    assert reconciler._task
    await reconciler._task
    assert steps == ["guild 1", "guild 2", "thread 11", "thread 21"]


async def test_a_guild_that_has_just_invited_the_bot_need_not_wait_for_its_next_start() -> None:
    client: Any = SimpleNamespace(guilds=[SimpleNamespace(id=1)], get_guild=lambda _: None)
    others: Any = SimpleNamespace()
    reconciler = reconciling(client, others)
    reconciler.start(after=60)
    assert [reconciler.is_reconciled(guild) for guild in (1, 2)] == [False, True]
    reconciler.start()
    await eventually(lambda: reconciler.is_reconciled(1))
    await reconciler.stop()


async def test_a_channel_whose_kind_cant_be_saved_is_waited_for_without_reading_the_rest_again() -> None:
    guild = MagicMock(
        discord.Guild, id=1, unavailable=False, text_channels=[MagicMock(guild=None)], forums=[], threads=[]
    )
    guild.text_channels[0].guild, guild.me.joined_at = guild, None
    workspaces: Any = MagicMock(is_unsaved=MagicMock(return_value=True))
    handlers, other = MagicMock(), AsyncMock()
    handlers.known_posts, handlers.known_cards = AsyncMock(return_value=[]), AsyncMock(return_value=[])
    other.first_missed.return_value = None
    reconciler = reconciling(MagicMock(guilds=[guild], get_guild=lambda _: guild), other, handlers, workspaces)
    reconciler.start()
    assert reconciler._task
    async with asyncio.timeout(20):
        await reconciler._task
    handlers.known_cards.assert_awaited_once()
    assert not reconciler.is_caught_up(1), "what was posted there meanwhile is still to be read"
