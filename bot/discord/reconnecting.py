"""Calls Discord's gateway again after a lost connection. It changes discord.py inside, like `internals`."""

from asyncio import sleep
from collections import Counter
from typing import Final

from discord.gateway import DiscordWebSocket, ReconnectWebSocket

_LONGEST_PAUSE_SECONDS: Final = 256
_NOT_RESUMED: Final = {4003, 4007, 4009}
"""Codes of a session that is over: https://docs.discord.com/developers/topics/opcodes-and-status-codes."""


class Websocket(DiscordWebSocket):
    """A connection that takes growing pauses while Discord hangs up at once, and resumes only what can go on.

    discord.py's own calls again without a pause, hundreds of times in a second, and without end to resume a session
    that is over or never began. It ends the client if Discord hangs up before it says hello.
    """

    async def poll_event(self) -> None:
        sequence, is_greeted = self.sequence, self._keep_alive is not None
        try:
            await super().poll_event()
        except ReconnectWebSocket as lost:
            if not is_greeted:
                raise ConnectionResetError("Discord hung up at once") from lost  # discord.py pauses after that
            await self._pause()
            is_over = self.session_id is None or self.socket.close_code in _NOT_RESUMED
            raise ReconnectWebSocket(self.shard_id, resume=lost.resume and not is_over) from lost
        if self.sequence != sequence:
            self._in_vain[self.shard_id] = 0

    async def _pause(self) -> None:
        """Wait, unless the connection was of use, so that one that Discord renews several times a day is back soon."""
        connected_in_vain = self._in_vain[self.shard_id]
        self._in_vain[self.shard_id] += 1
        if connected_in_vain:
            self._dispatch("shard_disconnect", self.shard_id)  # what's posted meanwhile may be missed
            await sleep(min(2 ** (connected_in_vain - 1), _LONGEST_PAUSE_SECONDS))

    @property
    def _in_vain(self) -> Counter[int | None]:
        """How many connections of each shard in a row have brought no event: they share this."""
        shared: dict[str, Counter[int | None]] = vars(self._connection)
        return shared.setdefault("connections_in_vain", Counter())
