"""Notices that the bot can't answer in a channel, because it lacks permissions there or is in a timeout."""

import time
from collections.abc import Sequence
from typing import Final

import discord
import structlog

from bot.discord.errors import discord_errors
from bot.discord.permissions import TO_ANSWER, ReportChannel, missing
from bot.discord.workspaces import Workspaces, lacking
from reunite.entities import Member
from reunite.errors import TryAgainError
from reunite.messages.wording import explain

_EVERY_SECONDS: Final = 3600.0
"""Seconds between two notices about a channel."""
_log = structlog.get_logger(__name__)


class PermissionNotices:
    """Tells people which permissions the bot lacks in a channel, once an hour."""

    def __init__(self, client: discord.Client, workspaces: Workspaces) -> None:
        self._client = client
        self._workspaces = workspaces
        self._sent: dict[int, float] = {}
        """By channel, when its last notice was sent."""

    async def send(self, channel: ReportChannel, author: Member) -> None:
        """Name the missing permissions, if there are any: in the channel, in the log, or to the author."""
        names, now = missing(channel, TO_ANSWER), time.monotonic()
        self._sent = {noticed: at for noticed, at in self._sent.items() if now - at < _EVERY_SECONDS}
        if not names or channel.id in self._sent:
            return
        self._sent[channel.id] = now
        _log.warning("discord_permissions_missing", channel=str(channel.id), permissions=names)
        language = self._workspaces.language(channel.guild)
        words = explain(lacking(channel, TO_ANSWER, language), language)
        log = channel.guild.get_channel(int(self._workspaces.settings(channel.guild).log_channel or 0))
        try:
            await self._send(words, [channel, log], author)
        except TryAgainError:
            del self._sent[channel.id]  # the next one who posts may hear of it
            raise

    async def _send(self, words: str, destinations: Sequence[object], author: Member) -> None:
        """Send a notice to the first of these channels where the bot may write, or to the author."""
        for destination in destinations:
            if not isinstance(destination, discord.TextChannel):
                continue
            if destination.permissions_for(destination.guild.me).send_messages:
                with discord_errors():
                    await destination.send(words)
                return
        with discord_errors():
            await (await self._client.create_dm(discord.Object(int(author.id)))).send(words)
