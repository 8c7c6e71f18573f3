"""A proxy's JSON instead of a platform's ends the start with a sentence."""

from types import SimpleNamespace
from typing import Any

import pytest

from bot.discord.client import log_in
from bot.errors import SetupError
from bot.slack.workspace import SlackWorkspace
from reunite.errors import TryAgainError


@pytest.mark.parametrize("error", [KeyError("username"), TypeError("string indices must be integers")])
async def test_discords_bot_says_that_the_answers_arent_discords(error: Exception) -> None:
    async def login(_: str) -> None:
        raise error

    client: Any = SimpleNamespace(login=login)
    with pytest.raises(SetupError, match=r"aren't Discord's \(.*\)\. A proxy may be answering\.$"):
        await log_in(client, "token")


@pytest.mark.parametrize("identity", [{}, {"team_id": 1, "user_id": 2}, {"team_id": "T1", "user_id": None}])
async def test_slacks_bot_says_that_the_answers_arent_slacks(identity: dict[str, Any]) -> None:
    async def auth_test() -> dict[str, Any]:
        return identity

    nothing: Any = None
    client: Any = SimpleNamespace(auth_test=auth_test)
    with pytest.raises(TryAgainError, match="aren't Slack's"):
        await SlackWorkspace.connect(client, nothing, nothing, nothing)
