"""What the bot missed in its guilds, and until when it has heard of everything there."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import discord

from bot.discord.errors import NO_ACCESS, THREAD_CLOSED
from bot.discord.permissions import ReportChannel
from db.channel_roles import saved_role
from db.heard import heard_at, note_heard
from db.refused_changes import change_again, keep_trying
from db.repeating import repeat
from db.store import Store
from reunite.entities import ReportKind

_RECORD_EVERY_SECONDS: Final = 30.0
_CLOSED: Final = {f"({code})" for code in THREAD_CLOSED}
_NO_ACCESS: Final = {f"({NO_ACCESS})", *_CLOSED}
"""How the problems end of replies that the bot couldn't change without access."""
_UNNOTICED: Final = timedelta(minutes=2)
"""How long a connection may be dead before it's noticed: discord.py gives it up after a minute of silence."""


class Missed:
    """What the bot missed in its guilds."""

    def __init__(self, store: Store, look_back: timedelta) -> None:
        self._store = store
        self._look_back = look_back
        self.away: set[int] = set()
        """Guilds in which the bot may have missed something, until it has joined them again."""

    async def away_since(self, guild: discord.Guild) -> datetime | None:
        """Return until when the bot has heard of everything in a guild that it's away from; None if it's there."""
        if guild.id not in self.away:
            return None
        heard = await heard_at(self._store, "discord", str(guild.id))
        return heard - _UNNOTICED if heard else None

    def earliest(self, guild: discord.Guild) -> datetime:
        """Return since when a guild's posts may become reports: none from before the bot was invited."""
        since = discord.utils.utcnow() - self._look_back
        return max(since, guild.me.joined_at or since)

    async def counts(self, channel: ReportChannel, kind: ReportKind, posted_at: datetime) -> bool:
        """Return whether a channel's post of this moment may become this kind of report."""
        first = await self.first_missed(channel, kind, self.earliest(channel.guild))
        return first is not None and posted_at >= first

    async def first_missed(self, channel: ReportChannel, kind: ReportKind, earliest: datetime) -> datetime | None:
        """Return since when a channel's posts count: none from before it was for this kind of report.

        Return None if it has just got that kind and this isn't saved yet.
        """
        saved = await saved_role(self._store, "discord", str(channel.guild.id), str(channel.id))
        if saved is None:
            return earliest
        return max(earliest, saved.since or earliest) if saved.kind is kind else None

    async def change_again(self, guild: discord.Guild, *, is_back: bool) -> None:
        """Edit and remove the replies that the bot couldn't without access; perhaps it `is_back`."""
        await change_again(self._store, "discord", str(guild.id), _NO_ACCESS, is_back=is_back)

    async def change_again_in(self, guild: int, thread: int) -> None:
        """Edit and remove the replies that the bot couldn't while a thread was closed, which is open now."""
        await change_again(self._store, "discord", str(guild), _CLOSED, channels=[str(thread)], is_back=True)

    async def keep_changing(self, guilds: Callable[[], Iterable[str]]) -> None:
        """Do so in all guilds from time to time, until cancelled."""
        await keep_trying(self._store, "discord", _NO_ACCESS, guilds)

    async def record(self, client: discord.AutoShardedClient, is_caught_up: Callable[[int], bool]) -> None:
        """Record regularly in which guilds the bot has heard of everything, until cancelled."""
        await repeat(partial(self._record, client, is_caught_up), _RECORD_EVERY_SECONDS, "discord_heard")

    async def _record(self, client: discord.AutoShardedClient, is_caught_up: Callable[[int], bool]) -> None:
        there = (guild.id for guild in client.guilds if guild.id not in self.away)
        await note_heard(self._store, "discord", [str(guild) for guild in there if is_caught_up(guild)])
