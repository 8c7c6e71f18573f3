"""The benchmark of a chat stops the bot only once it has answered everything, and may keep the cores busy."""

import asyncio

import psutil

from cli.bench.busy import busy_cores
from cli.bench.chat import _use_lost
from cli.bench.local_discord import LocalDiscord
from tests.support.waiting import eventually


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


async def test_the_cores_are_busy_until_the_end() -> None:
    async with busy_cores():
        [busy] = [child for child in psutil.Process().children() if "cli.bench.busy" in child.cmdline()]
        before = busy.cpu_times().user
        await eventually(lambda: busy.cpu_times().user > before)
    assert not busy.is_running()
