"""Connects to Discord: discord.py's client, its events handed to `Inbound`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import discord
import structlog

from bot.discord.addresses import addresses
from bot.discord.catching_up import CatchingUp
from bot.discord.commands import Commands
from bot.discord.config import DiscordConfig, DiscordSetupError
from bot.discord.guilds import Guilds
from bot.discord.inbound import Inbound
from bot.discord.outbound import DiscordPlatform
from bot.discord.presses import Presses
from bot.discord.reporting import Reporting
from bot.discord.setup import Setup
from bot.discord.tree import Translator, tree_of
from reunite.handlers import Handlers
from reunite.ports import Platform

_LONGEST_PAUSE = 30.0  # seconds that discord.py may wait out a rate limit by itself (its least); longer ones go back

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def running(handlers: Handlers, config: DiscordConfig) -> AsyncIterator[Platform]:
    """Be connected: events go to `handlers`, and what is yielded sends. Raises DiscordSetupError."""
    with addresses(config):
        async with ReuniteClient(handlers, config) as client:
            await _log_in(client, config.token)
            try:
                async with asyncio.TaskGroup() as tasks:  # a connection that is lost for good ends the body too
                    connection = tasks.create_task(_stay_connected(client))
                    try:
                        await client.wait_until_ready()
                        await client.join_all()
                        client.catching_up.start()
                        yield client.platform
                    finally:
                        await client.finish()
                        connection.cancel()
            except BaseExceptionGroup as group:
                if len(group.exceptions) == 1:
                    raise group.exceptions[0] from None
                raise


class ReuniteClient(discord.AutoShardedClient):
    """discord.py's client with the events that we need, and no cache of members or messages."""

    def __init__(self, handlers: Handlers, config: DiscordConfig) -> None:
        """Connect nothing yet."""
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # at each start, though we don't speak
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.guild_reactions = True
        intents.message_content = config.message_content
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=_LONGEST_PAUSE,
            guild_ready_timeout=config.guilds_wait,
        )
        self._has_gateway_of_its_own = config.gateway is not None
        self._guilds_known = guilds = Guilds(handlers, config)
        self.platform = DiscordPlatform(self, guilds)
        self._inbound = Inbound(self, handlers, guilds, self.platform)
        setup = Setup(handlers, guilds)
        commands = Commands(handlers, guilds, Reporting(handlers, guilds, self.platform, config), setup)
        self._presses = Presses(handlers, guilds, commands, setup)
        self.catching_up = CatchingUp(self, handlers, guilds, self._inbound, config)
        self._pause_after_trouble = config.pause_after_trouble
        self._has_joined = self._is_finishing = False
        self._tree = tree_of(self, commands, self._inbound.count)

    async def setup_hook(self) -> None:
        """Tell Discord our commands in every language; doing so again changes nothing."""
        await self._tree.set_translator(Translator())
        await self._tree.sync()
        if self._has_gateway_of_its_own:  # with the number known the library goes to the address that was set
            self.shard_count, _, _ = await self.http.get_bot_gateway()

    async def join_all(self) -> None:
        """Make the guilds known that the bot joined, or whose channels changed, while it was away."""
        for guild in self.guilds:
            await self._guilds_known.join(guild)
        self._has_joined = True
        _log.info("discord_ready", guilds=len(self.guilds), shards=self.shard_count)

    async def finish(self) -> None:
        """Let the events that are being handled come to their end, then disconnect."""
        self._is_finishing = True
        self.catching_up.stop()
        await self._inbound.settle()
        await self.close()

    async def on_ready(self) -> None:
        """Do the same where Discord starts the session anew."""
        if self._has_joined:
            await self.join_all()
            self.catching_up.start()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Make a new guild known."""
        await self._guilds_known.join(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Delete what is known of a guild that has removed the bot."""
        await self._guilds_known.leave(guild)

    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        """Take note of a new channel."""
        await self._guilds_known.join(channel.guild)

    async def on_guild_channel_update(self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel) -> None:
        """Take note of a channel's new name."""
        if before.name != after.name:
            await self._guilds_known.join(after.guild)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Withdraw the reports whose posts went with their channel, and take it off the settings."""
        await self._guilds_known.join(channel.guild)
        await self._inbound.channel_deleted(channel.guild.id, channel.id)

    async def on_message(self, message: discord.Message) -> None:
        """Look whether a message is a report."""
        await self._inbound.message(message)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Look whether a report's post was changed."""
        await self._inbound.edited(event.message)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Look whether a deleted message was a report's post."""
        await self._inbound.deleted(event.guild_id, event.channel_id, event.message_id)

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Look whether there were reports' posts among deleted messages."""
        for message in event.message_ids:
            await self._inbound.deleted(event.guild_id, event.channel_id, message)

    async def on_thread_update(self, before: discord.Thread, after: discord.Thread) -> None:
        """Look whether a forum's post has a new title."""
        if before.name != after.name:
            await self._inbound.renamed(after)

    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """Look whether a deleted thread was a forum's post (its first message has the thread's id) or a private one."""
        await self._inbound.deleted(event.guild_id, event.thread_id, event.thread_id)
        if event.thread_type is discord.ChannelType.private_thread:
            await self._inbound.channel_deleted(event.guild_id, event.thread_id)

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Look whether a reaction is a verdict."""
        await self._inbound.reaction(event, given=True)

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        """Look whether a verdict is taken back."""
        await self._inbound.reaction(event, given=False)

    async def on_raw_reaction_clear(self, event: discord.RawReactionClearEvent) -> None:
        """Look whether verdicts were among the reactions that a moderator has cleared."""
        await self.catching_up.cleared(event.guild_id or 0, event.message_id)

    async def on_raw_reaction_clear_emoji(self, event: discord.RawReactionClearEmojiEvent) -> None:
        """Do the same for reactions of one kind."""
        await self.catching_up.cleared(event.guild_id or 0, event.message_id)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Take a press or a modal."""
        self._inbound.count()
        await self._presses.interaction(interaction)

    async def on_error(self, event_method: str, /, *_: object, **__: object) -> None:
        """Log an event's defect without its arguments, which hold members' words; take the event again later."""
        if self._is_finishing:  # what could not be done in time, such as 👀 on many posts, the next start does
            _log.info("discord_event_left", during=event_method)
            return
        _log.exception("discord_event_defect", during=event_method)
        self.catching_up.start(self._pause_after_trouble)


async def _log_in(client: discord.Client, token: str) -> None:
    try:
        await client.login(token)
    except discord.LoginFailure as error:
        raise DiscordSetupError(
            "Discord rejected the bot's token. Copy it again into REUNITE_DISCORD_TOKEN."
        ) from error
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        raise DiscordSetupError(f"Discord can't be reached ({error}). Try again later.") from error


async def _stay_connected(client: discord.Client) -> None:
    """Run the connection; it mends itself, except where Discord says that it never will."""
    try:
        await client.connect()
    except discord.PrivilegedIntentsRequired as error:
        raise DiscordSetupError(
            "The bot isn't allowed to read messages. Turn on 'Message Content Intent' at https://discord.com/developers"
            " (your application, Bot), or set REUNITE_DISCORD_MESSAGE_CONTENT=false to work with commands and menus"
            " only."
        ) from error
    except discord.ConnectionClosed as error:
        raise DiscordSetupError(f"Discord has closed the connection for good (code {error.code}).") from error
