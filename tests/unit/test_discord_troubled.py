"""Messages on Discord that met trouble are compared again, each with pauses of its own."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import discord
import pytest

from bot.discord import missed, troubled
from bot.discord.inbound import Inbound
from bot.discord.missed import Missed
from bot.discord.troubled import Troubled
from db.channel_roles import SavedRole
from reunite.entities import ReplyTarget, ReportKind
from tests.support.discord_reconciling import reconciling
from tests.support.waiting import eventually

ONE, OTHER = ReplyTarget("discord", "1", "7", "8"), ReplyTarget("discord", "2", "9", "10")
DEFAULT, FLAGS = discord.MessageType.default, discord.AttachmentFlags()
KEPT = {"Lock": asyncio.Lock, "create_task": asyncio.create_task}


async def test_trouble_that_comes_during_a_comparison_is_followed_by_another_one() -> None:
    compared: list[ReplyTarget] = []
    may_end = asyncio.Event()

    async def compare(target: ReplyTarget) -> None:
        compared.append(target)
        await may_end.wait()

    again = Troubled(compare, 0.0)
    again.add(ONE)
    await eventually(lambda: compared)
    again.add(ONE)
    assert again.are_in(1)
    may_end.set()
    await eventually(lambda: not again.are_in(1))
    assert compared == [ONE, ONE]


async def test_lasting_trouble_of_a_message_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    lasts, sleep = asyncio.Event(), asyncio.sleep

    async def note(seconds: float) -> None:
        pauses.append(seconds)
        await (lasts.wait() if len(pauses) == 3 else sleep(0))

    async def compare(target: ReplyTarget) -> None:
        if target == ONE:
            raise OSError

    monkeypatch.setattr(troubled, "asyncio", SimpleNamespace(sleep=note, **KEPT))
    again = Troubled(compare, 5.0)
    again.add(ONE)
    await eventually(lambda: pauses == [5.0, 10.0, 20.0])
    again.add(OTHER)
    await eventually(lambda: not again.are_in(2))
    assert pauses[3:] == [5.0]
    await again.stop()


@pytest.mark.parametrize(
    ("posted", "joined", "role_since", "counts"),
    [(8, 99, None, False), (6, 5, None, False), (6, 99, 5, False), (6, 99, 7, True), (6, 99, None, True)],
)
async def test_a_message_in_trouble_is_reported_only_where_a_missed_post_would_be(
    posted: int, joined: int, role_since: int | None, monkeypatch: pytest.MonkeyPatch, *, counts: bool
) -> None:
    def before(days: int) -> datetime:
        return datetime.now(UTC) - timedelta(days=days)

    role = SavedRole(ReportKind.LOST, before(role_since) if role_since else None)
    monkeypatch.setattr(missed, "saved_role", AsyncMock(return_value=role))
    channel: Any = MagicMock(discord.TextChannel, id=7)
    guild = channel.guild = MagicMock(discord.Guild, id=1, unavailable=False)
    guild.get_channel_or_thread, guild.me.joined_at = lambda _: channel, before(joined)
    message: Any = MagicMock(discord.Message, id=8, guild=guild, channel=channel, reactions=[], type=DEFAULT)
    message.created_at, message.author.bot, message.webhook_id = before(posted), False, None
    message.edited_at, message.attachments, message.message_snapshots = before(0), [MagicMock(flags=FLAGS)], []
    message.attachments[0].to_dict.return_value = {"filename": "a.jpg", "url": "https://cdn.example/a.jpg"}
    message.content = "my hat"
    channel.fetch_message = AsyncMock(return_value=message)
    handlers: Any = AsyncMock(known_cards=AsyncMock(return_value=[]))
    handlers.report_at.return_value = handlers.edit.return_value = None
    client: Any = MagicMock(get_guild=lambda _: guild)
    workspaces: Any = MagicMock(ensure_joined=AsyncMock(), role_of=lambda _: ReportKind.LOST)
    workspaces.lock.side_effect = lambda _: asyncio.Lock()
    bounds = Missed(AsyncMock(), timedelta(days=7))
    reconciler = reconciling(client, AsyncMock(), handlers, workspaces)
    reconciler._inbound = Inbound(client, handlers, workspaces, AsyncMock(), bounds.counts)
    await reconciler._compare_message(ONE)
    handlers.edit.assert_awaited_once()
    assert bool(handlers.report.await_count) is counts
