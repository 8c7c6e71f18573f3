"""The greeting of a guild where the bot is new, and what its commands are called there."""

from collections.abc import Iterator

import discord
import structlog

from bot.discord.outbound import DiscordPlatform
from bot.discord.workspaces import Workspaces
from reunite.entities import ReplyTarget
from reunite.errors import TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.language import command
from reunite.messages.welcome import Ways
from reunite.ports import Outgoing

_NEEDED = discord.Permissions(view_channel=True, send_messages=True, embed_links=True)

_log = structlog.get_logger(__name__)


class Greeter:
    """Greets a guild once, in the first channel where the bot may write."""

    def __init__(self, handlers: Handlers, workspaces: Workspaces, platform: DiscordPlatform) -> None:
        self._handlers = handlers
        self._workspaces = workspaces
        self._platform = platform

    async def greet(self, guild: discord.Guild) -> None:
        """Greet a guild that has just invited the bot."""
        channel = next(_writable(guild), None)
        if channel is None:
            return
        greeting = await self._handlers.welcome.greeting(
            "discord", str(guild.id), ways(self._workspaces.language(guild))
        )
        if greeting is None:
            return
        target = ReplyTarget("discord", str(guild.id), str(channel.id))
        try:
            await self._platform.send(Outgoing(f"{guild.id}:greeting", target, greeting))
        except (TryAgainError, UndeliverableError) as error:
            _log.warning("discord_not_greeted", guild=str(guild.id), reason=str(error))


def ways(language: str) -> Ways:
    """Return the commands' names in a language."""
    names = ("lost", "found", "sealed", "search", "mine", "privacy", "setup", "help")
    return Ways(**{name: f"/{command(name, language).name}" for name in names})


def _writable(guild: discord.Guild) -> Iterator[discord.TextChannel]:
    """Return the channels where the bot may write, the one for Discord's own greetings first."""
    first = [guild.system_channel] if guild.system_channel else []
    for channel in (*first, *guild.text_channels):
        if channel.permissions_for(guild.me).is_superset(_NEEDED):
            yield channel
