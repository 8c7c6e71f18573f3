"""The order in which guilds are caught up in, and the end of it when the bot stops."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import discord
import pytest

from bot.discord import workspaces
from bot.discord.threads import neutral_name
from bot.discord.workspaces import Workspaces
from db.cancellation import stop
from reunite.commands import JoinWorkspace
from reunite.entities import Settings
from tests.support.discord_reconciling import reconciling
from tests.support.waiting import PATIENCE, eventually


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
    async with asyncio.timeout(PATIENCE):
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


class Unsaved:
    """A guild with a channel whose kind of report is being saved, and a reconciler that finds it unsaved."""

    def __init__(self) -> None:
        channel: Any = MagicMock(discord.TextChannel, history=lambda **_: _nothing())
        channel.id, channel.name = 7, "found"
        self.guild: Any = MagicMock(
            discord.Guild, id=1, unavailable=False, text_channels=[channel], forums=[], threads=[], channels=[channel]
        )
        self.guild.name, self.guild.me.joined_at = "Museum", None
        channel.guild = self.guild
        self.handlers: Any = AsyncMock()
        self.handlers.settings.return_value = Settings()
        self.handlers.known_posts.return_value = self.handlers.known_cards.return_value = []
        self.workspaces = Workspaces(self.handlers, AsyncMock(return_value=None))
        self.is_saved = False
        self.handlers.join.side_effect = self._save
        self.client: Any = MagicMock(guilds=[self.guild], get_guild=lambda _: self.guild)
        missed: Any = AsyncMock(earliest=MagicMock())
        missed.first_missed.side_effect = lambda *_: datetime.now(UTC) if self.is_saved else None
        self.reconciler = reconciling(self.client, missed, self.handlers, self.workspaces)
        self.reconciler._pause = 0.0
        self.workspaces.on_saved_late = lambda guild: self.reconciler.start(only=[guild])

    def _save(self, join: JoinWorkspace) -> None:
        self.is_saved = bool(join.channels)

    async def fail_to_save(self) -> None:
        """Fail to save the channel, catch up in the rest, and let saving succeed from now on."""
        self.handlers.join.side_effect = ConnectionError
        with pytest.raises(ConnectionError):
            await self.workspaces.join(self.guild)
        self.reconciler.start()
        assert self.reconciler._task
        async with asyncio.timeout(PATIENCE):
            await self.reconciler._task
        self.handlers.join.side_effect = self._save


async def _nothing() -> AsyncIterator[discord.Message]:
    none: tuple[discord.Message, ...] = ()
    for message in none:
        yield message


async def test_a_channel_whose_kind_cant_be_saved_is_waited_for_without_reading_the_rest_again() -> None:
    unsaved = Unsaved()
    await unsaved.fail_to_save()
    unsaved.handlers.known_cards.assert_awaited_once()
    assert not unsaved.reconciler.is_caught_up(1), "what was posted there meanwhile is still to be read"


@pytest.mark.parametrize("way", ["in the background", "as a channel is new", "by setup", "by another process"])
async def test_it_is_read_whatever_saves_it(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspaces, "_SAVE_EVERY_SECONDS", 0.0)
    unsaved = Unsaved()
    known, german = unsaved.workspaces, Settings(language="de")
    known._settings[1] = Settings()
    await unsaved.fail_to_save()
    saving: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
        "in the background": lambda: known.keep_saved(unsaved.client),
        "as a channel is new": lambda: known.join(unsaved.guild),
        "by setup": lambda: known.change(unsaved.guild, lambda _: german),
        "by another process": lambda: known.reread(unsaved.client, "1"),
    }
    if way == "by another process":
        unsaved.handlers.settings.return_value = german
    task = asyncio.create_task(saving[way]())
    await eventually(lambda: unsaved.reconciler.is_caught_up(1))
    await stop(task)


async def test_settings_of_another_process_that_cant_be_saved_are_saved_in_the_background(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workspaces, "_SAVE_EVERY_SECONDS", 0.0)
    unsaved = Unsaved()
    known = unsaved.workspaces
    await known.join(unsaved.guild)
    unsaved.is_saved = False
    unsaved.handlers.settings.return_value = Settings(language="de")
    unsaved.handlers.join.side_effect = ConnectionError
    with pytest.raises(ConnectionError):
        await known.reread(unsaved.client, "1")
    unsaved.handlers.join.side_effect = unsaved._save
    task = asyncio.create_task(known.keep_saved(unsaved.client))
    await eventually(lambda: unsaved.is_saved)
    await stop(task)


async def test_a_channel_that_is_being_saved_is_read_once_it_is() -> None:
    unsaved = Unsaved()
    is_slow, may_end = asyncio.Event(), asyncio.Event()

    async def save_slowly(join: JoinWorkspace) -> None:
        is_slow.set()
        await may_end.wait()
        unsaved._save(join)

    unsaved.handlers.join.side_effect = save_slowly
    joining = asyncio.create_task(unsaved.workspaces.join(unsaved.guild))
    await is_slow.wait()
    unsaved.reconciler.start()
    await eventually(lambda: unsaved.handlers.known_cards.await_count)
    may_end.set()
    await joining
    await eventually(lambda: unsaved.reconciler.is_caught_up(1))
    await unsaved.reconciler.stop()


async def test_a_message_in_trouble_is_compared_again_without_reading_its_guild_again() -> None:
    channel: Any = MagicMock(discord.TextChannel, id=7)
    guild = channel.guild = MagicMock(
        discord.Guild, id=1, unavailable=False, text_channels=[channel], forums=[], threads=[]
    )
    guild.me.joined_at, guild.get_channel_or_thread = None, lambda _: channel
    message: Any = MagicMock(discord.Message, id=8, guild=guild, channel=channel, reactions=[])
    reads: list[Any] = []

    async def history(**_: Any) -> AsyncIterator[Any]:
        reads.append(channel)
        yield message

    channel.history, channel.fetch_message = history, AsyncMock(return_value=message)
    handlers: Any = AsyncMock(known_posts=AsyncMock(return_value=[]), known_cards=AsyncMock(return_value=[]))
    other: Any = AsyncMock(recent=[8], earliest=MagicMock(), first_missed=AsyncMock(return_value=datetime.now(UTC)))
    other.edited.side_effect = [OSError, None]
    client: Any = MagicMock(guilds=[guild], get_guild=lambda _: guild)
    reconciler = reconciling(client, other, handlers, MagicMock())
    reconciler._pause = reconciler.troubled._pause = 0.0
    reconciler.start()
    await eventually(lambda: other.edited.await_count == 2 and reconciler.is_caught_up(1))
    await reconciler.stop()
    assert len(reads) == 1
