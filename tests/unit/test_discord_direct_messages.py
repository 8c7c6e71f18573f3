"""Which direct messages on Discord are answered."""

from collections.abc import Sequence
from unittest.mock import AsyncMock, MagicMock

import discord
import pytest

from bot.discord.direct_messages import DirectMessages


def message(*sent: object, is_system: bool = False) -> MagicMock:
    """Return a message of a person; `sent` is what comes of each attempt to answer it."""
    written = MagicMock(discord.Message, author=MagicMock(id=1, bot=False), is_system=lambda: is_system)
    written.channel.send = AsyncMock(side_effect=sent)
    return written


def refused(error: type[discord.HTTPException], status: int) -> discord.HTTPException:
    return error(MagicMock(status=status), "no")


@pytest.mark.parametrize(
    ("told", "attempts"),
    [
        ([message(None), message(None)], [1, 0]),
        ([message(None, is_system=True), message(None)], [0, 1]),
        ([message(refused(discord.DiscordServerError, 503)), message(None)], [1, 1]),
        ([message(refused(discord.Forbidden, 403)), message(None)], [1, 0]),
    ],
)
async def test_who_writes_is_answered_once(told: Sequence[MagicMock], attempts: Sequence[int]) -> None:
    direct = DirectMessages(MagicMock(discord.Client, guilds=[]), MagicMock())
    for each in told:
        await direct.answer(each)
    assert [each.channel.send.await_count for each in told] == attempts
