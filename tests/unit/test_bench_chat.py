"""The benchmark of a chat stops the bot only once it has answered everything."""

import asyncio

from cli.bench.chat import _use_lost
from cli.bench.local_discord import LocalDiscord


class SlowlyAnswered(LocalDiscord):
    """Commands are acknowledged at once, and answered later."""

    async def use_lost(self, text: str) -> None:
        seen = self.interactions
        seen.used[text] = seen.acknowledged[text] = 1.0
        asyncio.get_running_loop().call_later(0.05, seen.answered.add, text)


async def test_the_bot_is_not_stopped_before_it_has_answered_every_command() -> None:
    discord = SlowlyAnswered()
    assert await _use_lost(discord, 3) == [0.0] * 3
    assert len(discord.interactions.answered) == 3
