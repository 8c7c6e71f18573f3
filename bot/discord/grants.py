"""Missing permissions that are granted later: the bot then catches up on what had to wait for them."""

from collections.abc import Callable, Mapping
from typing import Final

import discord

from bot.discord.permissions import TO_ANSWER, missing
from bot.discord.workspaces import Workspaces
from reunite.entities import ReportKind

_EVERYTHING: Final = frozenset(name for name, is_needed in TO_ANSWER if is_needed)


class Grants:
    """Tracks the permissions that the bot lacks where it writes; calls `granted` for a guild that grants one.

    It writes in the channels for reports and in the moderators' channel.
    """

    def __init__(self, workspaces: Workspaces, granted: Callable[[discord.Guild], None]) -> None:
        self._workspaces = workspaces
        self._granted = granted
        self._lacking: dict[int, Mapping[int, frozenset[str]]] = {}

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

    def forget(self, guild: discord.Guild) -> None:
        """Forget a guild that the bot has left."""
        self._lacking.pop(guild.id, None)
