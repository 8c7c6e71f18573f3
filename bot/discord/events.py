"""Passes discord.py's events to the parts of the adapter."""

import sys
from collections.abc import Sequence

import discord
import structlog

from bot.discord import internals
from bot.discord.buttons import Buttons
from bot.discord.direct_messages import DirectMessages
from bot.discord.grants import Grants
from bot.discord.greeting import Greeter
from bot.discord.inbound import Inbound
from bot.discord.message_events import MessageEvents, ReactionEvents
from bot.discord.permissions import invitation
from bot.discord.reconcile import Reconciler
from bot.discord.troubled import guild_of_event, message_of
from bot.discord.verdicts import Verdicts
from bot.discord.workspaces import Workspaces
from db.trouble import log_failure

_log = structlog.get_logger(__name__)


class Events:
    """Registers the listeners, and starts and ends what they do."""

    def __init__(  # noqa: PLR0913 - the parts of the adapter
        self,
        client: discord.AutoShardedClient,
        *,
        workspaces: Workspaces,
        inbound: Inbound,
        verdicts: Verdicts,
        buttons: Buttons,
        reconciler: Reconciler,
        greeter: Greeter,
        pause_after_trouble: float,
    ) -> None:
        self._client = client
        self._workspaces = workspaces
        self._inbound = inbound
        self._verdicts = verdicts
        self._reconciler = reconciler
        self._missed = reconciler.missed
        self._greeter = greeter
        self._pause_after_trouble = pause_after_trouble
        self._has_started = self._is_finishing = False
        self._unavailable: set[int] = set()
        """The guilds with an outage on Discord's side."""
        self._grants = Grants(workspaces, reconciler.granted)
        workspaces.on_saved_late = lambda guild: reconciler.start(only=[guild])
        guild_events = GuildEvents(workspaces, inbound, greeter, self._grants)
        direct = DirectMessages(client, workspaces)
        message_events = MessageEvents(inbound, self._missed, direct)
        for listeners in (self, guild_events, message_events, ReactionEvents(inbound, verdicts, buttons, direct)):
            for name in dir(listeners):
                if name.startswith("on_"):
                    client.event(getattr(listeners, name))

    async def start(self) -> None:
        """Catch up in all guilds once the bot is connected."""
        self._missed.away = {guild.id for guild in self._client.guilds}
        if not self._client.guilds:
            _log.warning("discord_in_no_server", invitation=invitation(self._client.application_id or 0))
        await self._catch_up(self._client.guilds)
        self._has_started = True

    async def _catch_up(self, guilds: Sequence[discord.Guild]) -> None:
        """Join guilds that were added or changed while the bot was away from them, and reconcile them."""
        ids = {guild.id for guild in guilds}
        # Noted first: an outage may end while the others are joined.
        self._unavailable = self._unavailable - ids | {guild.id for guild in guilds if guild.unavailable}
        for guild in guilds:
            if guild.id not in self._unavailable:
                await self._workspaces.join_now_or_later(guild)
                self._grants.note(guild)
        _log.info("discord_ready", guilds=len(guilds), shards=self._client.shard_count)
        self._reconciler.start(only=guilds)
        self._missed.away -= ids - self._unavailable
        self._greeter.catch_up(guilds)

    async def finish(self) -> None:
        """Let the events in progress end, then disconnect."""
        self._is_finishing = True
        self._grants.stop()
        await self._reconciler.stop()
        await self._greeter.stop()
        await self._verdicts.stop()
        await self._inbound.settle()
        await self._client.close()

    async def on_shard_ready(self, shard: int) -> None:
        """Catch up after Discord has begun a new session, which tells nothing of what was missed.

        Each shard has its own: `on_ready` comes only once all of them are new.
        """
        if self._has_started:
            await self._catch_up(self._guilds_of(shard))

    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        self._unavailable.add(guild.id)
        self._missed.away.add(guild.id)

    async def on_shard_disconnect(self, shard: int) -> None:
        self._missed.away |= {guild.id for guild in self._guilds_of(shard)}

    async def on_shard_resumed(self, shard: int) -> None:
        """Discord has told everything that happened meanwhile."""
        if self._has_started:
            self._missed.away -= {guild.id for guild in self._guilds_of(shard)} - self._unavailable

    def _guilds_of(self, shard: int) -> list[discord.Guild]:
        return [guild for guild in self._client.guilds if guild.shard_id == shard]

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Catch up in a guild after its outage, in which Discord tells nothing of it."""
        if guild.id in self._unavailable:
            self._unavailable.discard(guild.id)
            await self._workspaces.join(guild)
            self._grants.note(guild)
            self._reconciler.start(only=[guild])
            self._missed.away.discard(guild.id)
        if self._has_started:  # it may have invited the bot meanwhile
            self._greeter.catch_up((guild,))

    async def on_error(self, event: str, /, *args: object, **_: object) -> None:
        """Log a defect without the event's arguments, which hold members' words.

        Compare its message again later, or the guild if it's about something else.
        """
        if self._is_finishing:  # the next start does the rest, such as 👀 on many posts
            _log.info("discord_event_skipped", during=event)
            return
        if isinstance(error := sys.exception(), Exception):
            log_failure(_log, "discord_event", error, during=event)
        if message := next(filter(None, map(message_of, args)), None):
            self._reconciler.troubled.add(message)
            return
        guilds = {guild_of_event(about) for about in args}
        only = [guild for guild in self._client.guilds if guild.id in guilds]
        self._reconciler.start(self._pause_after_trouble, only=only or None)


class GuildEvents:
    """The guilds and channels that the bot is in."""

    def __init__(self, workspaces: Workspaces, inbound: Inbound, greeter: Greeter, grants: Grants) -> None:
        self._workspaces = workspaces
        self._inbound = inbound
        self._greeter = greeter
        self._grants = grants

    async def on_guild_join(self, guild: discord.Guild) -> None:
        self._grants.note(guild)
        await self._greeter.greet(guild)  # first, so that a removal meanwhile ends it
        async with self._workspaces.lock(guild.id):  # if it has just removed the bot, after its data is deleted
            await self._workspaces.join(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self._grants.forget(guild)
        await self._greeter.forget(guild)
        await self._workspaces.leave(guild.id)

    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        await self._workspaces.join(channel.guild)

    async def on_guild_channel_update(self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel) -> None:
        if before.name != after.name:
            await self._workspaces.join(after.guild)
        self._grants.note(after.guild)

    async def on_guild_role_update(self, _: discord.Role, after: discord.Role) -> None:
        self._grants.note(after.guild)

    async def on_guild_role_delete(self, role: discord.Role) -> None:
        internals.forget_role(role)
        self._grants.note(role.guild)

    async def on_member_update(self, _: discord.Member, after: discord.Member) -> None:
        """The bot's own roles or timeout changed: Discord reports that even without the members intent."""
        if after == after.guild.me:
            self._grants.note(after.guild)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Drop the channel from the settings, and withdraw the reports whose posts were in it."""
        with_threads = self._workspaces.role_of(channel) is not None  # as the settings say until it's dropped from them
        await self._workspaces.join(channel.guild)
        await self._inbound.channel_deleted(channel.guild.id, channel.id, with_threads=with_threads)
