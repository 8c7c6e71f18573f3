"""Which of Discord's answers end an attempt for good, and which only put it off."""

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.discord.errors import discord_errors, is_refusal
from reunite.errors import TryAgainError


def answer(status: int, code: int) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="", headers={"Retry-After": "90"})
    kind = discord.Forbidden if status == 403 else discord.HTTPException
    return kind(response, {"code": code, "message": "Later"})


@pytest.mark.parametrize(
    ("status", "code"), [(400, 20016), (403, 40003), (403, 40004), (403, 40006), (400, 30046), (401, 0), (429, 0)]
)
def test_what_passes_is_no_refusal_and_waits_as_long_as_discord_says(status: int, code: int) -> None:
    error = answer(status, code)
    assert not is_refusal(error)
    with pytest.raises(TryAgainError) as raised, discord_errors():
        raise error
    assert raised.value.after == 90


def test_a_refused_token_is_named_where_replies_wait() -> None:
    with pytest.raises(TryAgainError, match="REUNITE_DISCORD_TOKEN"), discord_errors():
        raise answer(401, 0)


def test_a_lacking_permission_and_a_request_of_ours_are_refused() -> None:
    assert is_refusal(answer(403, 50013))
    assert is_refusal(answer(400, 50035))
