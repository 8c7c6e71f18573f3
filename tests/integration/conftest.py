"""What several of these files need."""

import asyncio
from types import SimpleNamespace
from typing import Final

import pytest

from cli.servers import Servers
from tests.support.keys import KEYS

_FASTER: Final = 50
"""By how much discord.py's pauses are shortened; they are 1, 3, 5, 7 and 9 seconds, for what breaks off or fails."""


@pytest.fixture
def where(database_url: str, redis_url: str) -> Servers:
    """The test's own servers, as commands name them."""
    return Servers(database_url, database_url, redis_url, "reunite", KEYS)


@pytest.fixture
def brief_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let discord.py make as many attempts as ever, with brief pauses between them."""

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds / _FASTER)

    for module in ("discord.http", "discord.webhook.async_"):
        monkeypatch.setattr(f"{module}.asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": sleep}))
