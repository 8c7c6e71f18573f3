"""After a long downtime, new guilds are greeted one after the other."""

import asyncio
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.discord import greeting
from bot.discord.greeting import Greeter
from reunite.messages.reply import Reply
from reunite.ports import Outgoing
from reunite.welcome import Greeting
from tests.support.waiting import eventually

GUILDS = 5
BETWEEN = 0.1


class _Discord:
    """The database and the platform of the greeter."""

    def __init__(self) -> None:
        self.sent: list[float] = []

    async def ensure_joined(self, _: object) -> None: ...

    def language(self, _: object) -> str:
        return "en"

    async def adopt_language(self, *_: object) -> None: ...

    async def greeting(self, _: str, guild: str, __: object) -> Greeting:
        return Greeting("key", guild, None, Reply("nothing", ()))

    async def note_invitation(self, *_: object) -> None: ...

    async def note_attempt(self, *_: object) -> None: ...

    async def note_greeting(self, *_: object) -> None: ...

    async def send(self, _: Outgoing) -> None:
        self.sent.append(asyncio.get_running_loop().time())


def guild(number: int) -> Any:
    allowed = SimpleNamespace(view_audit_log=False)
    channel = SimpleNamespace(id=number, permissions_for=lambda _: discord.Permissions.all())
    me = SimpleNamespace(guild_permissions=allowed, joined_at=discord.utils.utcnow())
    return SimpleNamespace(
        id=number,
        name="",
        me=me,
        system_channel=None,
        text_channels=[channel],
        get_channel=lambda _: channel,
        preferred_locale="en-US",
    )


async def test_guilds_that_joined_meanwhile_are_greeted_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(greeting, "_BETWEEN_SECONDS", BETWEEN)
    parts: Any = _Discord()
    handlers: Any = SimpleNamespace(welcome=parts)  # what it uses of them
    greeter = Greeter(handlers, parts, parts, reads_posts=True)
    guilds = [guild(number) for number in range(1, GUILDS + 1)]
    begun = asyncio.get_running_loop().time()
    for _ in range(2):  # a new session begins meanwhile
        greeter.catch_up(guilds)
    await eventually(lambda: len(parts.sent) == GUILDS)
    await asyncio.sleep(BETWEEN * 2)
    assert len(parts.sent) == GUILDS
    assert all(at - begun >= BETWEEN * turn for turn, at in enumerate(parts.sent, 1))
