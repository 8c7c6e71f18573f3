"""What the bot missed in its guilds, and until when it has heard of everything there."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

import discord

from bot.discord.errors import NO_ACCESS
from db.channel_roles import roles_since
from db.heard import heard_at, note_heard
from db.refused_changes import change_again
from db.repeating import repeat
from db.store import Store

_RECORD_EVERY_SECONDS: Final = 30.0

FirstMissed = Callable[[discord.abc.Snowflake], datetime]
"""Returns when the first post was made in a channel that the bot may have missed."""


class Missed:
    """What the bot missed in its guilds."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def first_missed(self, guild: discord.Guild, earliest: datetime) -> FirstMissed:
        """Return what tells since when posts count: no post from before its channel was for reports."""
        heard = await heard_at(self._store, "discord", str(guild.id))
        changed = await roles_since(self._store, "discord", str(guild.id))

        def first_missed(channel: discord.abc.Snowflake) -> datetime:
            since = changed.get(str(channel.id), earliest)
            if heard and since > heard:  # it's when we noticed that, back again: the new posts may be for it
                since = heard
            return max(earliest, since)

        return first_missed

    async def change_again(self, guild: discord.Guild) -> None:
        """Edit and remove the replies that the bot couldn't while it had no access to them."""
        await change_again(self._store, "discord", str(guild.id), problem=f"({NO_ACCESS})")

    async def record(self, client: discord.AutoShardedClient, is_caught_up: Callable[[int], bool]) -> None:
        """Record regularly in which guilds the bot has heard of everything, until cancelled."""
        await repeat(partial(self._record, client, is_caught_up), _RECORD_EVERY_SECONDS, "discord_heard")

    async def _record(self, client: discord.AutoShardedClient, is_caught_up: Callable[[int], bool]) -> None:
        shards = client.shards
        heard = (
            str(guild.id)
            for guild in client.guilds
            if is_caught_up(guild.id) and not (guild.unavailable or shards[guild.shard_id].is_closed())
        )
        await note_heard(self._store, "discord", [*heard])
