"""Greets a guild that the bot has just joined, and names its commands."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import discord
import structlog

from bot.discord.errors import discord_errors
from bot.discord.outbound import DiscordPlatform
from bot.discord.workspaces import Workspaces
from reunite.commands import ChangeSettings
from reunite.entities import ReplyTarget, Settings
from reunite.errors import TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.language import language_of
from reunite.messages.reply import Command, Reply
from reunite.messages.welcome import Ways
from reunite.messages.wording import line
from reunite.ports import Outgoing

_MAX_ENTRIES: Final = 20
"""Entries of the audit log that are searched for the one about this bot, newest first."""
_NEEDED: Final = discord.Permissions(view_channel=True, send_messages=True, embed_links=True)

_log = structlog.get_logger(__name__)


class Greeter:
    """Greets a guild once: its inviter if the audit log names them, otherwise the first writable channel."""

    def __init__(self, handlers: Handlers, workspaces: Workspaces, platform: DiscordPlatform) -> None:
        self._handlers = handlers
        self._workspaces = workspaces
        self._platform = platform

    async def greet(self, guild: discord.Guild) -> None:
        """Greet a guild that has just invited the bot."""
        await self._adopt_language(guild)
        direct, channel = await _inviter_messages(guild), next(_writable(guild), None)
        if not (direct or channel):
            return
        language = self._workspaces.language(guild)
        greeting = await self._handlers.welcome.greeting("discord", str(guild.id), ways(language))
        if greeting is None:
            return
        where = line("greet_where", language, guild=guild.name)
        if direct and await self._send(guild, direct, replace(greeting, lines=(where, *greeting.lines))):
            return
        if channel:
            await self._send(guild, channel, greeting)

    async def _adopt_language(self, guild: discord.Guild) -> None:
        """Use the language that a community has chosen on Discord, unless somebody has set up the bot."""
        before, language = self._workspaces.settings(guild), language_of(str(guild.preferred_locale))
        if before == Settings() and language != before.language:
            settings = replace(before, language=language)
            await self._handlers.set_up(ChangeSettings(platform="discord", workspace=str(guild.id), settings=settings))
            await self._workspaces.join(guild)

    async def _send(self, guild: discord.Guild, channel: discord.abc.Snowflake, greeting: Reply) -> bool:
        """Send the greeting; return whether it arrived."""
        target = ReplyTarget("discord", str(guild.id), str(channel.id))
        try:
            await self._platform.send(Outgoing(f"{guild.id}:greeting", target, greeting))
        except (TryAgainError, UndeliverableError) as error:
            _log.warning("discord_not_greeted", guild=str(guild.id), channel=target.channel, reason=str(error))
            return False
        return True


async def _inviter_messages(guild: discord.Guild) -> discord.DMChannel | None:
    """Return the direct messages with the person who added the bot, if the bot may read the audit log."""
    if not guild.me.guild_permissions.view_audit_log:
        return None
    try:
        with discord_errors():
            async for entry in guild.audit_logs(action=discord.AuditLogAction.bot_add, limit=_MAX_ENTRIES):
                if entry.user and entry.target and entry.target.id == guild.me.id:
                    return await entry.user.create_dm()
    except (TryAgainError, UndeliverableError, discord.HTTPException) as error:
        _log.warning("discord_inviter_lookup_failed", guild=str(guild.id), reason=str(error))
    return None


def ways(language: str) -> Ways:
    """Return the commands as sentences of a language name them."""
    names = ("lost", "found", "sealed", "search", "mine", "privacy", "setup", "help")
    return Ways(**{name: Command(name, language) for name in names})


def _writable(guild: discord.Guild) -> Iterator[discord.TextChannel]:
    """Return the channels where the bot may write, the one for Discord's own greetings first."""
    first = [guild.system_channel] if guild.system_channel else []
    for channel in (*first, *guild.text_channels):
        if channel.permissions_for(guild.me).is_superset(_NEEDED):
            yield channel
