"""Greets a guild that the bot has just joined, and names its commands."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

import discord
import psycopg
import structlog

from bot.discord.errors import discord_errors
from bot.discord.outbound import DiscordPlatform
from bot.discord.workspaces import Workspaces
from db.cancellation import stop
from reunite.entities import ReplyTarget
from reunite.errors import TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.language import language_of
from reunite.messages.reply import Command
from reunite.messages.welcome import NamedCommands, with_posts_unread
from reunite.messages.wording import line
from reunite.ports import Outgoing
from reunite.welcome import Greeting

_MAX_ENTRIES: Final = 20
"""Entries of the audit log that are searched for the one about this bot, newest first."""
_PAUSES_IN_SECONDS: Final = (5.0, 30.0, 300.0, 3600.0, 6 * 3600.0, 16 * 3600.0)
_NEW: Final = timedelta(days=7)
"""A guild that invited the bot before this is not new; one whose data is in another database may be older."""
_BETWEEN_SECONDS: Final = 5.0
"""Seconds between the greetings that a start catches up on."""
_NEEDED: Final = discord.Permissions(view_channel=True, send_messages=True, embed_links=True)

_log = structlog.get_logger(__name__)


class Greeter:
    """Greets a guild once: its inviter if the audit log names them, otherwise the first writable channel.

    After temporary trouble it tries again later, for a day; after a restart, for as long as the guild is new.
    """

    def __init__(
        self, handlers: Handlers, workspaces: Workspaces, platform: DiscordPlatform, *, reads_posts: bool
    ) -> None:
        self._handlers = handlers
        self._workspaces = workspaces
        self._platform = platform
        self._reads_posts = reads_posts
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._turn = asyncio.Lock()

    async def greet(self, guild: discord.Guild) -> None:
        """Begin to greet a guild that has just invited the bot."""
        await self.forget(guild)
        self._begin(guild, is_late=False)

    def catch_up(self, guilds: Iterable[discord.Guild]) -> None:
        """Begin to greet the new guilds that invited the bot while it was down or whose greeting a restart broke off.

        They take turns: Discord takes many direct messages at once for spam.
        """
        for guild in guilds:
            if guild.id not in self._tasks and _is_new(guild):
                self._begin(guild, is_late=True)

    async def forget(self, guild: discord.Guild) -> None:
        """Stop greeting a guild that has removed the bot."""
        if task := self._tasks.pop(guild.id, None):
            await stop(task)

    async def stop(self) -> None:
        """End the greetings in progress."""
        await stop(*self._tasks.values())

    def _begin(self, guild: discord.Guild, *, is_late: bool) -> None:
        task = self._tasks[guild.id] = asyncio.create_task(self._until_greeted(guild, is_late=is_late))
        task.add_done_callback(lambda _: self._tasks.pop(guild.id) if self._tasks.get(guild.id) is task else None)

    async def _until_greeted(self, guild: discord.Guild, *, is_late: bool) -> None:
        for pause in (0.0, *_PAUSES_IN_SECONDS):
            await asyncio.sleep(pause)
            try:
                await self._attempt(guild, is_late=is_late)
            except UndeliverableError as error:
                _log.warning("discord_not_greeted", guild=str(guild.id), reason=str(error))
            except (TryAgainError, psycopg.OperationalError) as error:
                _log.warning("discord_greeting_delayed", guild=str(guild.id), reason=str(error))
                continue
            except Exception:  # noqa: BLE001 - no caller awaits it
                _log.exception("discord_greeting_defect", guild=str(guild.id))
            return

    async def _attempt(self, guild: discord.Guild, *, is_late: bool) -> None:
        """Greet a guild in its language, unless it was greeted. Raises TryAgainError, UndeliverableError."""
        await self._workspaces.ensure_joined(guild)
        if await self._due(guild) is None:
            return
        if is_late:
            async with self._turn:
                await asyncio.sleep(_BETWEEN_SECONDS)
        direct, channel = await _inviter_messages(guild), next(_writable(guild), None)
        if first := direct or channel:
            await self._workspaces.adopt_language(guild, language_of(str(guild.preferred_locale)))
            await self._handlers.welcome.note_invitation("discord", str(guild.id), str(first.id))
        if (greeting := await self._due(guild)) and greeting.channel:  # it may have been sent there
            await self._handlers.welcome.note_attempt("discord", str(guild.id))
            try:
                await self._deliver(guild, greeting, channel)
            except UndeliverableError:
                await self._handlers.welcome.note_refusal("discord", str(guild.id))
                raise
            await self._handlers.welcome.note_greeting("discord", str(guild.id))

    async def _due(self, guild: discord.Guild) -> Greeting | None:
        language = self._workspaces.language(guild)
        due = await self._handlers.welcome.greeting("discord", str(guild.id), named_commands(language))
        if due and not self._reads_posts:
            due = due._replace(reply=with_posts_unread(due.reply, language))
        return due

    async def _deliver(self, guild: discord.Guild, greeting: Greeting, channel: discord.TextChannel | None) -> None:
        """Send the greeting to its place; to a channel if that is a conversation with someone who accepts no messages.

        Raises TryAgainError, or UndeliverableError if nobody takes it.
        """
        if guild.get_channel(int(greeting.channel)):
            await self._platform.send(_outgoing(guild, greeting.channel, greeting))
            return
        where = line("greet_where", self._workspaces.language(guild), guild=guild.name)
        reply = replace(greeting.reply, lines=(where, *greeting.reply.lines))
        try:
            await self._platform.send(_outgoing(guild, greeting.channel, greeting._replace(reply=reply)))
        except UndeliverableError as error:
            if channel is None:
                raise
            _log.warning("discord_inviter_takes_nothing", guild=str(guild.id), reason=str(error))
            await self._platform.send(_outgoing(guild, str(channel.id), greeting))


def _is_new(guild: discord.Guild) -> bool:
    """Return whether the bot joined lately; of a guild with an outage nothing is known."""
    me: discord.Member | None = guild.me
    return bool(me and me.joined_at and discord.utils.utcnow() - me.joined_at < _NEW)


def _outgoing(guild: discord.Guild, channel: str, greeting: Greeting) -> Outgoing:
    target = ReplyTarget("discord", str(guild.id), channel)
    return Outgoing(greeting.key, target, greeting.reply, maybe_sent=greeting.tried_at is not None)


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


def named_commands(language: str) -> NamedCommands:
    """Return the commands as sentences of a language name them."""
    names = ("lost", "found", "sealed", "search", "mine", "privacy", "setup", "help")
    return NamedCommands(**{name: Command(name, language) for name in names})


def _writable(guild: discord.Guild) -> Iterator[discord.TextChannel]:
    """Return the channels where the bot may write, the one for Discord's own greetings first."""
    first = [guild.system_channel] if guild.system_channel else []
    for channel in (*first, *guild.text_channels):
        if channel.permissions_for(guild.me).is_superset(_NEEDED):
            yield channel
