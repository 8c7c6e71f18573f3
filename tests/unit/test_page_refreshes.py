"""The page goes on after trouble of the database, which isn't logged as a defect."""

import asyncio
from uuid import uuid4

import psycopg
import pytest
from structlog.testing import capture_logs

from bot.web import chat
from db.store import Store
from tests.support.services import background
from tests.support.waiting import eventually


async def test_an_interrupted_refresh_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    refreshed = asyncio.Event()
    trouble = [psycopg.OperationalError("the connection is closed")]

    async def refresh(_: chat.Chat) -> None:
        if trouble:
            raise trouble.pop()
        refreshed.set()

    monkeypatch.setattr(chat.Chat, "refresh", refresh)
    monkeypatch.setattr(chat, "_POLL_PENDING", 0.01)
    with capture_logs() as logged:
        async with background(chat.Chat(Store("postgresql://"), uuid4()).run()):
            await eventually(refreshed.is_set)
    assert [(line["event"], line["log_level"]) for line in logged] == [("page_refresh_interrupted", "warning")]
