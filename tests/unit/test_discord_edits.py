"""Edits that arrive out of order."""

import asyncio
from datetime import UTC, datetime
from unittest.mock import AsyncMock, MagicMock

import discord

from bot.discord.inbound import Inbound


def edited(minute: int, words: str) -> MagicMock:
    """Return a post as it was edited at a minute."""
    message = MagicMock(discord.Message, id=5, edited_at=datetime(2026, 5, 1, 9, minute, tzinfo=UTC), webhook_id=None)
    message.type, message.author.bot, message.guild.id = discord.MessageType.default, False, 1
    message.attachments, message.message_snapshots, message.content = [], [], words
    return message


async def test_a_post_that_was_read_before_its_latest_edit_came_changes_nothing() -> None:
    handlers, lock = AsyncMock(), asyncio.Lock()
    workspaces = AsyncMock(lock=lambda _: lock, shown_in=lambda _: [])
    inbound = Inbound(MagicMock(discord.Client), handlers, workspaces, MagicMock(), AsyncMock())
    for minute, words in ((2, "a scarf"), (1, "a hat"), (3, "a red scarf")):
        await inbound.edited(edited(minute, words))
    assert [call.args[0].text for call in handlers.edit.await_args_list] == ["a scarf", "a red scarf"]
