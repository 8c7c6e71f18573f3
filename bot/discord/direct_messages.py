"""Answers people who write to the bot directly, where it takes no reports: they'd wait for an answer otherwise."""

import time
from typing import Final

import discord
import structlog

from bot.discord.errors import FAILURES
from bot.discord.workspaces import Workspaces
from bot.latest import Latest
from reunite.errors import TellUserError
from reunite.language import command_names
from reunite.messages.wording import explain

_EVERY_SECONDS: Final = 3600.0
"""Seconds between two answers to a person."""
_MAX_REMEMBERED: Final = 1000

_log = structlog.get_logger(__name__)


class DirectMessages:
    """Tells people who write directly where the bot reads posts, once an hour."""

    def __init__(self, client: discord.Client, workspaces: Workspaces) -> None:
        self._client = client
        self._workspaces = workspaces
        self._answered = Latest[int, float](_MAX_REMEMBERED)
        """By person, when they were answered."""

    async def answer(self, message: discord.Message) -> None:
        """Answer a message, unless its author was just answered."""
        author, now = message.author, time.monotonic()
        if author.bot or now - self._answered.get(author.id, -_EVERY_SECONDS) < _EVERY_SECONDS:
            return
        self._answered[author.id] = now
        language = self._language()
        try:
            await message.channel.send(explain(TellUserError("not_read_here"), language, command_names(language)))
        except FAILURES as error:
            _log.info("discord_direct_answer_refused", code=getattr(error, "code", type(error).__name__))

    def _language(self) -> str:
        """Return the language of all guilds, or English: of a person, Discord tells neither guilds nor language."""
        spoken = {self._workspaces.language(guild) for guild in self._client.guilds}
        return spoken.pop() if len(spoken) == 1 else "en"
