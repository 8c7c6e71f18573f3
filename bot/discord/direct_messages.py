"""Answers people who write to the bot directly, where it takes no reports: they'd wait for an answer otherwise."""

import time
from typing import Final

import discord
import structlog

from bot.discord.errors import FAILURES
from bot.discord.private_replies import spoken_by_user
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
        self._languages = Latest[int, str](_MAX_REMEMBERED)
        """Of people who used a command or a button lately: Discord tells a person's language only then."""

    def remember_language(self, interaction: discord.Interaction) -> None:
        """Answer this person in the language in which they use Discord, if it's one of ours."""
        if language := spoken_by_user(interaction):
            self._languages[interaction.user.id] = language

    async def answer(self, message: discord.Message) -> None:
        """Answer a person's words, unless they were just answered."""
        author, now = message.author, time.monotonic()
        if author.bot or message.is_system() or now - self._answered.get(author.id, -_EVERY_SECONDS) < _EVERY_SECONDS:
            return
        self._answered[author.id] = now
        language = self._languages.get(author.id) or self._language_of_guilds()
        try:
            await message.channel.send(explain(TellUserError("not_read_here"), language, command_names(language)))
        except FAILURES as error:
            if not isinstance(error, discord.Forbidden):  # their next message may be answered
                self._answered.pop(author.id, None)
            _log.info("discord_direct_answer_refused", code=getattr(error, "code", type(error).__name__))

    def _language_of_guilds(self) -> str:
        """Return the language of all guilds, or English: Discord doesn't tell which of them a person is in."""
        spoken = {self._workspaces.language(guild) for guild in self._client.guilds}
        return spoken.pop() if len(spoken) == 1 else "en"
