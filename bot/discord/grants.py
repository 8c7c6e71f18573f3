"""Missing permissions that are granted later: the bot then catches up on what had to wait for them."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

import discord

from bot.discord.permissions import TO_ANSWER, missing
from bot.discord.workspaces import Workspaces
from reunite.entities import ReportKind

_EVERYTHING: Final = frozenset(name for name, is_needed in TO_ANSWER if is_needed)

_SPARE_SECONDS: Final = 5.0
"""How much later than here a timeout may end for Discord, whose clock decides."""


class Grants:
    """Tracks the permissions that the bot lacks where it writes; calls `granted` for a guild that grants one.

    It writes in the channels for reports and in the moderators' channel. A timeout takes its permissions until it ends,
    of which Discord doesn't tell.
    """

    def __init__(self, workspaces: Workspaces, granted: Callable[[discord.Guild], None]) -> None:
        self._workspaces = workspaces
        self._granted = granted
        self._lacking: dict[int, Mapping[int, frozenset[str]]] = {}
        self._timeouts: dict[int, asyncio.TimerHandle] = {}
        """By guild, what is called when the bot's timeout there is over."""

    def note(self, guild: discord.Guild) -> None:
        """Compare what the bot lacks in a guild with what it lacked before.

        A new channel counts as having lacked everything; a new guild is only noted.
        """
        before = self._lacking.get(guild.id)
        channels = [candidate for kind in ReportKind for candidate in self._workspaces.channels(guild, kind)]
        log = guild.get_channel(int(self._workspaces.settings(guild).log_channel or 0))
        if isinstance(log, discord.TextChannel):
            channels.append(log)
        now = {channel.id: frozenset(missing(channel, TO_ANSWER)) for channel in channels}
        self._lacking[guild.id] = now
        if before is not None and any(before.get(channel, _EVERYTHING) - lacking for channel, lacking in now.items()):
            self._granted(guild)
        self._note_at_end_of_timeout(guild)

    def _note_at_end_of_timeout(self, guild: discord.Guild) -> None:
        self._drop_timeout(guild.id)
        if guild.me.is_timed_out() and (until := guild.me.timed_out_until):
            seconds = (until - discord.utils.utcnow()).total_seconds() + _SPARE_SECONDS
            self._timeouts[guild.id] = asyncio.get_running_loop().call_later(seconds, self.note, guild)

    def _drop_timeout(self, guild: int) -> None:
        if timer := self._timeouts.pop(guild, None):
            timer.cancel()

    def forget(self, guild: discord.Guild) -> None:
        """Forget a guild that the bot has left."""
        self._lacking.pop(guild.id, None)
        self._drop_timeout(guild.id)

    def stop(self) -> None:
        """Leave the timeouts to the next start."""
        for guild in [*self._timeouts]:
            self._drop_timeout(guild)
