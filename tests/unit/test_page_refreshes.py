"""The page goes on after trouble of the database, which isn't logged as a defect, and shows what was read last."""

import asyncio
from types import SimpleNamespace
from unittest.mock import AsyncMock, MagicMock
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


async def test_a_read_that_began_earlier_never_replaces_a_later_one(monkeypatch: pytest.MonkeyPatch) -> None:
    began, goes_on = asyncio.Event(), asyncio.Event()
    posts = ["in the chat since then"]

    async def messages(_: int) -> list[str]:
        if began.is_set():
            return posts
        began.set()
        await goes_on.wait()
        return []

    session = MagicMock()
    session.return_value.__aenter__ = AsyncMock(return_value=SimpleNamespace(messages=messages))
    monkeypatch.setattr(chat.Chat, "session", session)
    store = SimpleNamespace(embedding_models=SimpleNamespace(live=AsyncMock(return_value=None)))
    page = chat.Chat(store, uuid4())  # type: ignore[arg-type] # all that it reads
    async with asyncio.TaskGroup() as refreshes:
        refreshes.create_task(page.refresh())
        await began.wait()
        later = refreshes.create_task(page.refresh())
        await asyncio.wait([later], timeout=0)
        goes_on.set()
    assert not page.is_empty
