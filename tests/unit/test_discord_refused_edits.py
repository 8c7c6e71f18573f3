"""Which version of an edited post on Discord counts."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import discord
import pytest

from bot.discord import inbound
from bot.discord.inbound import Inbound
from reunite.errors import TellUserError, TryAgainError


@pytest.mark.parametrize(("error", "calls"), [(TellUserError("no_words"), 1), (TryAgainError("away"), 2)])
async def test_an_older_version_doesnt_follow_a_newer_one_that_was_refused(
    error: Exception, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("is_post", "text_of", "photos_of", "target_of"):
        monkeypatch.setattr(inbound, name, MagicMock())
    handlers: Any = AsyncMock()
    handlers.edit.side_effect = error
    workspaces: Any = MagicMock(lock=lambda _: asyncio.Lock(), ensure_joined=AsyncMock())
    client: Any = MagicMock()
    edits = Inbound(client, handlers, workspaces, AsyncMock(), AsyncMock())
    monkeypatch.setattr(edits, "_send_problem", AsyncMock())
    for minute in (2, 1):
        message: Any = MagicMock(discord.Message, id=1, edited_at=datetime(2026, 5, 1, 12, minute, tzinfo=UTC))
        with suppress(TryAgainError):
            await edits.edited(message)
    assert handlers.edit.await_count == calls
