"""Calls Discord's gateway again after a lost connection. It changes discord.py inside, like `internals`."""

from asyncio import sleep
from collections import Counter
from typing import Any, Final, Self
from weakref import WeakKeyDictionary

import discord
from discord.gateway import DiscordWebSocket, ReconnectWebSocket
from discord.shard import Shard

_LONGEST_PAUSE_SECONDS: Final = 256
_RESUMES: Final = 3
"""Connections in vain, one after the other, in which a session is resumed before a new one begins.

No other shard is connected again during their pauses if Discord hangs up before its hello: they add up to seconds.
"""
_NOT_RESUMED: Final = {4003, 4007, 4009}
"""Codes of a session that is over: https://docs.discord.com/developers/topics/opcodes-and-status-codes."""

_in_vain: WeakKeyDictionary[object, Counter[int | None]] = WeakKeyDictionary()
"""By client and shard, how many connections in a row have brought no event."""


class Websocket(DiscordWebSocket):
    """A connection that takes growing pauses while Discord hangs up at once, and resumes only what can go on.

    discord.py's own calls again without a pause, hundreds of times in a second, and without end to resume a session
    that is over or never began. It ends the client if Discord hangs up before the hello of a new session.
    """

    _is_greeted = False

    @classmethod
    async def from_client(
        cls,
        client: discord.Client,
        *,
        resume: bool = False,
        session: str | None = None,
        sequence: int | None = None,
        **more: Any,
    ) -> Self:
        """Connect. A new session hasn't the id of the one before, which discord.py passes on."""
        if not resume:
            session = sequence = None
        return await super().from_client(client, resume=resume, session=session, sequence=sequence, **more)

    async def poll_event(self) -> None:
        sequence = self.sequence
        try:
            await super().poll_event()
        except ReconnectWebSocket as lost:
            if self.session_id is None and not self._is_greeted:
                raise ConnectionResetError("Discord hung up at once") from lost  # discord.py pauses after that
            is_over = self.session_id is None or self.socket.close_code in _NOT_RESUMED
            resume = lost.resume and not is_over and self._counts[self.shard_id] < _RESUMES
            await self._pause()
            raise ReconnectWebSocket(self.shard_id, resume=resume) from lost
        self._is_greeted = True
        if self.sequence != sequence:
            self._counts[self.shard_id] = 0

    async def _pause(self) -> None:
        """Wait, unless the connection was of use, so that one that Discord renews several times a day is back soon."""
        connected_in_vain = self._counts[self.shard_id]
        self._counts[self.shard_id] += 1
        if connected_in_vain:
            self._dispatch("shard_disconnect", self.shard_id)  # what's posted meanwhile may be missed
            await sleep(min(2 ** (connected_in_vain - 1), _LONGEST_PAUSE_SECONDS))

    @property
    def _counts(self) -> Counter[int | None]:
        return _in_vain.setdefault(self._connection, Counter())


class PatientShard(Shard):
    """A shard that pauses by itself: discord.py connects no other one again during a shard's pause."""

    async def _handle_disconnect(self, e: Exception) -> None:
        self._task = self._client.loop.create_task(super()._handle_disconnect(e))
