"""Whose language decides in which one a Slack workspace is greeted."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, MagicMock

from bot.slack.greeting import Greeter
from reunite.entities import Channel, ReportKind


async def test_a_channels_own_inviter_decides_between_languages() -> None:
    handlers: Any = AsyncMock()
    handlers.welcome.greeting.return_value = None
    channel = Channel("C1", "objetos-encontrados", ReportKind.FOUND)  # Spanish or Portuguese
    workspace: Any = MagicMock(team="T", channels={"C1": channel}, find_channel=AsyncMock())
    workspace.language = AsyncMock(return_value="en")
    languages = {"ana": "es", "bia": "pt"}

    async def person(user: str) -> Any:
        return SimpleNamespace(language=languages[user])

    workspace.person = person
    greeter = Greeter(handlers, MagicMock(), MagicMock())
    greeter.note_inviter("T", "C1", "ana")
    greeter.note_inviter("T", "C2", "bia")
    await greeter.greet(workspace, "C1")
    handlers.welcome.adopt_language.assert_awaited_once_with("slack", "T", "es")
