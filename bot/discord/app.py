"""Connects to Discord: discord.py's client, its events handed to `Inbound`."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import aiohttp
import discord
import structlog
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.discord.config import DiscordConfig, DiscordSetupError
from bot.discord.inbound import Inbound, LostForm
from bot.discord.outbound import DiscordPlatform
from reunite.handlers import Handlers
from reunite.language import command
from reunite.ports import Platform

_LONGEST_PAUSE = 30.0  # seconds that discord.py may wait out a rate limit by itself (its least); longer ones go back

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def running(handlers: Handlers, config: DiscordConfig) -> AsyncIterator[Platform]:
    """Be connected: events go to `handlers`, and what is yielded sends. Raises DiscordSetupError."""
    with _addresses(config):
        async with ReuniteClient(handlers, config) as client:
            await _log_in(client, config.token)
            try:
                async with asyncio.TaskGroup() as tasks:  # a connection that is lost for good ends the body too
                    connection = tasks.create_task(_stay_connected(client))
                    try:
                        await client.wait_until_ready()
                        await client.join_all()
                        yield client.platform
                    finally:
                        await client.finish()
                        connection.cancel()
            except BaseExceptionGroup as group:
                if len(group.exceptions) == 1:
                    raise group.exceptions[0] from None
                raise


class ReuniteClient(discord.Client):
    """discord.py's client with the events that we need, and no cache of members or messages."""

    def __init__(self, handlers: Handlers, config: DiscordConfig) -> None:
        """Connect nothing yet."""
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # at each start, though we don't speak
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.message_content = intents.guild_reactions = True
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=_LONGEST_PAUSE,
            guild_ready_timeout=config.guilds_wait,
        )
        self.platform = DiscordPlatform(self, config)
        self._inbound = Inbound(self, handlers, self.platform, config)
        self._has_joined = False
        self._tree = app_commands.CommandTree(self)
        self._tree.add_command(_lost_command(self._inbound))

    async def setup_hook(self) -> None:
        """Tell Discord our commands; doing so again changes nothing."""
        await self._tree.sync()

    async def join_all(self) -> None:
        """Make the guilds known that the bot joined, or whose channels changed, while it was away."""
        for guild in self.guilds:
            await self._inbound.join(guild)
        self._has_joined = True
        _log.info("discord_ready", guilds=len(self.guilds))

    async def finish(self) -> None:
        """Let the events that are being handled come to their end, then disconnect."""
        await self._inbound.settle()
        await self.close()

    async def on_ready(self) -> None:
        """Do the same where Discord starts the session anew."""
        if self._has_joined:
            await self.join_all()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Make a new guild known."""
        await self._inbound.join(guild)

    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        """Take note of a new channel."""
        await self._inbound.join(channel.guild)

    async def on_guild_channel_update(self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel) -> None:
        """Take note of a channel's new name."""
        if before.name != after.name:
            await self._inbound.join(after.guild)

    async def on_message(self, message: discord.Message) -> None:
        """Look whether a message is a report."""
        await self._inbound.message(message)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Look whether a deleted message was a report's post."""
        await self._inbound.deleted(event.guild_id, event.channel_id, event.message_id)

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Look whether there were reports' posts among deleted messages."""
        for message in event.message_ids:
            await self._inbound.deleted(event.guild_id, event.channel_id, message)

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Look whether a reaction is a verdict."""
        await self._inbound.reaction(event, given=True)

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        """Look whether a verdict is taken back."""
        await self._inbound.reaction(event, given=False)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Look whether a button's press answers a question."""
        await self._inbound.pressed(interaction)

    async def on_error(self, event_method: str, /, *_: object, **__: object) -> None:
        """Log an event's defect without its arguments, which hold members' words."""
        _log.exception("discord_event_defect", during=event_method)


def _lost_command(inbound: Inbound) -> "app_commands.Command[app_commands.Group, ..., None]":
    @app_commands.command(name="lost", description=command("lost").description)
    @app_commands.guild_only()
    @app_commands.describe(
        description=command("lost_description").description,
        photo=command("lost_photo").description,
        where=command("lost_where").description,
        when=command("lost_when").description,
    )
    async def lost(
        interaction: discord.Interaction,
        description: str = "",
        photo: discord.Attachment | None = None,
        where: str = "",
        when: str = "",
    ) -> None:
        await inbound.lost(interaction, LostForm(description=description, where=where, when=when, photo=photo))

    return lost


async def _log_in(client: discord.Client, token: str) -> None:
    try:
        await client.login(token)
    except discord.LoginFailure as error:
        raise DiscordSetupError("Discord refuses the bot's token: copy it again into REUNITE_DISCORD_TOKEN.") from error
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        raise DiscordSetupError(f"Discord can't be reached ({error}): try again when it can.") from error


async def _stay_connected(client: discord.Client) -> None:
    """Run the connection; it mends itself, except where Discord says that it never will."""
    try:
        await client.connect()
    except discord.PrivilegedIntentsRequired as error:
        raise DiscordSetupError(
            "The bot may not read messages: switch on 'Message Content Intent' at https://discord.com/developers"
            " (your application, Bot)."
        ) from error
    except discord.ConnectionClosed as error:
        raise DiscordSetupError(f"Discord has closed the connection for good (code {error.code}).") from error


@contextmanager
def _addresses(config: DiscordConfig) -> Iterator[None]:
    """Point discord.py at the configured addresses; it has no parameter for them, only these two attributes."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    try:
        if config.api_base:
            Route.BASE = config.api_base
        if config.gateway:
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(config.gateway)
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before
