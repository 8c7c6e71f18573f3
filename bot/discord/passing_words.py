"""Words to one person that are soon taken away again: Discord has no private reply to a reaction."""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Final

import discord

from reunite.entities import ReplyTarget

_SECONDS: Final = 60
"""How long the words stay."""
_ENDING_SECONDS: Final = 5
"""How long a bot that ends waits until all of them are gone."""
_MOST_TOLD: Final = 1000


class PassingWords:
    """Says things once for each message and person, and takes the words away soon, or when the bot ends.

    While such words are there for a message, nobody else gets them too: many may react at once.
    """

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._told: deque[tuple[str | None, int]] = deque(maxlen=_MOST_TOLD)
        self._said: dict[str | None, asyncio.Task[None]] = {}
        """The words that are there now, by message."""
        self._is_ending = asyncio.Event()

    def say(self, target: ReplyTarget, member: discord.Member, words: str) -> None:
        """Begin to say something to a member, in the channel of a message."""
        if (told := (target.message, member.id)) in self._told or target.message in self._said:
            return
        self._told.append(told)
        task = self._said[target.message] = asyncio.create_task(self._say(target, member, words))
        task.add_done_callback(lambda _: self._said.pop(target.message, None))

    async def stop(self) -> None:
        """Take away at once what is still there."""
        self._is_ending.set()
        if self._said:
            await asyncio.wait(self._said.values(), timeout=_ENDING_SECONDS)

    async def _say(self, target: ReplyTarget, member: discord.Member, words: str) -> None:
        channel = self._client.get_partial_messageable(int(target.channel), guild_id=member.guild.id)
        with suppress(discord.HTTPException, OSError):  # the bot may not write there, or someone was faster
            said = await channel.send(
                f"{member.mention} {words}",
                allowed_mentions=discord.AllowedMentions(everyone=False, roles=False, users=[member]),
            )
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_ending.wait(), _SECONDS)
            await said.delete()
