"""A bot that stops leaves no reconciling behind."""

import asyncio
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest

from bot.discord.config import DiscordConfig
from bot.discord.reconcile import Reconciler


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
    reconciler = Reconciler(client, other, other, inbound=other, verdicts=other, config=DiscordConfig())
    monkeypatch.setattr(reconciler, "_guild", swallow_one)
    reconciler.start()
    await began.wait()
    async with asyncio.timeout(20):
        await reconciler.stop()
    assert reconciler._task
    assert reconciler._task.done()
