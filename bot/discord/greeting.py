"""Greets a guild that the bot has just joined, and names its commands."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import discord
import psycopg
import structlog

from bot.discord.errors import discord_errors
from bot.discord.outbound import DiscordPlatform
from bot.discord.workspaces import Workspaces
from db.cancellation import stop
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
_PAUSES: Final = (5.0, 30.0, 300.0, 3600.0, 6 * 3600.0, 16 * 3600.0)
"""Seconds before each further attempt."""
_NEEDED: Final = discord.Permissions(view_channel=True, send_messages=True, embed_links=True)

_log = structlog.get_logger(__name__)


class Greeter:
    """Greets a guild once: its inviter if the audit log names them, otherwise the first writable channel.

    After temporary trouble it tries again later, for a day.
    """

    def __init__(self, handlers: Handlers, workspaces: Workspaces, platform: DiscordPlatform) -> None:
        self._handlers = handlers
        self._workspaces = workspaces
        self._platform = platform
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def greet(self, guild: discord.Guild) -> None:
        """Begin to greet a guild that has just invited the bot."""
        await self.forget(guild)
        task = self._tasks[guild.id] = asyncio.create_task(self._until_greeted(guild))
        task.add_done_callback(lambda _: self._tasks.pop(guild.id) if self._tasks.get(guild.id) is task else None)

    async def forget(self, guild: discord.Guild) -> None:
        """Greet a guild no longer: it has removed the bot."""
        if task := self._tasks.pop(guild.id, None):
            await stop(task)

    async def stop(self) -> None:
        """End the greetings in progress."""
        await stop(*self._tasks.values())

    async def _until_greeted(self, guild: discord.Guild) -> None:
        greeting: Reply | None = None
        direct: discord.DMChannel | None = None
        channel: discord.TextChannel | None = None
        for tries, pause in enumerate((0.0, *_PAUSES)):
            await asyncio.sleep(pause)
            try:
                if not greeting:  # once it may have been sent, it goes to the same place again
                    direct, channel = await _inviter_messages(guild), next(_writable(guild), None)
                if direct or channel:
                    greeting = greeting or await self._greeting(guild)
                if greeting:
                    await self._deliver(guild, greeting, direct, channel, maybe_sent=tries > 0)
            except UndeliverableError as error:
                _log.warning("discord_not_greeted", guild=str(guild.id), reason=str(error))
            except (TryAgainError, psycopg.OperationalError) as error:
                _log.warning("discord_greeting_delayed", guild=str(guild.id), reason=str(error))
                continue
            except Exception:  # noqa: BLE001 - no caller awaits it
                _log.exception("discord_greeting_defect", guild=str(guild.id))
            return

    async def _greeting(self, guild: discord.Guild) -> Reply | None:
        """Return what to say, in the guild's language; None if it was greeted before."""
        await self._workspaces.ensure_joined(guild)
        await self._adopt_language(guild)
        language = self._workspaces.language(guild)
        return await self._handlers.welcome.greeting("discord", str(guild.id), ways(language))

    async def _deliver(
        self,
        guild: discord.Guild,
        greeting: Reply,
        direct: discord.DMChannel | None,
        channel: discord.TextChannel | None,
        *,
        maybe_sent: bool,
    ) -> None:
        """Send the greeting. Raises TryAgainError, or UndeliverableError if nobody takes it."""
        if direct:
            where = line("greet_where", self._workspaces.language(guild), guild=guild.name)
            here = replace(greeting, lines=(where, *greeting.lines))
            try:
                await self._platform.send(_outgoing(guild, direct, here, maybe_sent=maybe_sent))
            except UndeliverableError as error:  # they take no messages
                if channel is None:
                    raise
                _log.warning("discord_inviter_takes_nothing", guild=str(guild.id), reason=str(error))
            else:
                return
        if channel:
            await self._platform.send(_outgoing(guild, channel, greeting, maybe_sent=maybe_sent))

    async def _adopt_language(self, guild: discord.Guild) -> None:
        """Use the language that a community has chosen on Discord, unless somebody has set up the bot."""
        before, language = self._workspaces.settings(guild), language_of(str(guild.preferred_locale))
        if before == Settings() and language != before.language:
            settings = replace(before, language=language)
            await self._handlers.set_up(ChangeSettings(platform="discord", workspace=str(guild.id), settings=settings))
            await self._workspaces.join(guild)


def _outgoing(guild: discord.Guild, channel: discord.abc.Snowflake, greeting: Reply, *, maybe_sent: bool) -> Outgoing:
    target = ReplyTarget("discord", str(guild.id), str(channel.id))
    return Outgoing(f"{guild.id}:greeting", target, greeting, maybe_sent=maybe_sent)


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
