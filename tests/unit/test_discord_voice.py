"""A voice message on Discord is answered while it is new."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.discord.inbound import _is_spoken


@pytest.mark.parametrize(("minutes", "is_answered"), [(9, True), (11, False)])
def test_only_a_new_voice_message_is_answered(minutes: int, *, is_answered: bool) -> None:
    posted = discord.utils.utcnow() - timedelta(minutes=minutes)
    message: Any = SimpleNamespace(created_at=posted, flags=SimpleNamespace(voice=True), reference=None)
    assert _is_spoken(message) is is_answered
