"""Lets messages and reactions into a channel one after the other, because Discord takes only a few.

discord.py knows from the answers how many more Discord takes. While several are on their way it can send one too many:
those that wait for the limit's end reset the count one after the other, even if an answer has just updated it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from weakref import WeakValueDictionary

Kind = Literal["message", "reaction"]


class ChannelPace:
    """Takes turns by channel and kind: Discord counts each of them apart."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[tuple[Kind, int], asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, kind: Kind, channel: int) -> AsyncIterator[None]:
        """Wait until no other request of this kind is on its way to the channel."""
        async with self._locks.setdefault((kind, channel), asyncio.Lock()):
            yield
