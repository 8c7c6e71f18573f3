"""The conversation of an owner and a finder: a private thread, which moderators who manage threads can read too."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

import discord
import structlog

from bot.discord.errors import NO_MORE_THREADS, is_refusal
from bot.discord.permissions import TO_HIDE, can_answer
from bot.discord.posts import is_ours
from bot.discord.render import nonce
from bot.discord.threads import open_private, with_fallback_name
from bot.discord.workspaces import Workspaces
from reunite.entities import ReplyTarget, ReportKind
from reunite.errors import UndeliverableError
from reunite.language import LANGUAGES, sentence, shortened
from reunite.ports import Outgoing
from reunite.text.controls import without_controls

_MAX_MARK: Final = 8
"""Hexadecimal digits of a reply's nonce in the thread's name: too many for two conversations to share them."""
_MARKED: Final = re.compile(rf" #[0-9a-f]{{{_MAX_MARK}}}$")
_NAMES: Final = tuple(sentence("pair_name", language) for language in LANGUAGES)
_MAX_NAME: Final = 30
"""Characters of a person's name there: Discord takes 100 in all."""

_log = structlog.get_logger(__name__)


def _mark(key: str) -> str:
    return f" #{nonce(key)[:_MAX_MARK]}"


def is_conversation(thread: discord.Thread) -> bool:
    """Return whether a thread of ours is named like one for two people, in any language."""
    return thread.name.startswith(_NAMES) and _MARKED.search(thread.name) is not None


class Conversations:
    """Opens private threads for two people."""

    def __init__(self, client: discord.Client, workspaces: Workspaces) -> None:
        self._client = client
        self._workspaces = workspaces

    async def open(self, outgoing: Outgoing) -> discord.Thread:
        """Return the thread of a reply's people. Raises UndeliverableError if it can't be opened."""
        guild = self._guild(outgoing.target)
        try:
            members = [await guild.fetch_member(int(person)) for person in outgoing.people]
            earlier = self.earlier_thread(outgoing) if outgoing.maybe_sent else None
            thread = earlier or await self._open(guild, outgoing, members)
            for member in members:
                await thread.add_user(member)
        except discord.HTTPException as error:
            if not is_refusal(error) and error.code not in NO_MORE_THREADS:
                raise
            _log.warning("discord_conversation_refused", guild=str(guild.id), code=error.code)
            raise UndeliverableError(f"no conversation can be opened ({error.code})") from error
        return thread

    def earlier_thread(self, outgoing: Outgoing) -> discord.Thread | None:
        """Return the thread that an earlier attempt opened."""
        guild, mark = self._guild(outgoing.target), _mark(outgoing.key)
        return next((thread for thread in guild.threads if thread.name.endswith(mark) and is_ours(thread)), None)

    async def _open(
        self, guild: discord.Guild, outgoing: Outgoing, members: Sequence[discord.Member]
    ) -> discord.Thread:
        channel = self._channel(guild, outgoing.target, members)
        names = (self._name(guild, people, outgoing.key) for people in (members, ()))
        return await with_fallback_name(partial(open_private, channel), *names)

    def _guild(self, target: ReplyTarget) -> discord.Guild:
        guild = self._client.get_guild(int(target.workspace))
        if guild is None:
            raise UndeliverableError("the bot is no longer in this guild")
        return guild

    def _name(self, guild: discord.Guild, members: Sequence[discord.Member], key: str) -> str:
        name = sentence("pair_name", self._workspaces.language(guild))
        people = ", ".join(shortened(without_controls(member.display_name), _MAX_NAME) for member in members)
        return f"{name}: {people}{_mark(key)}" if people else f"{name}{_mark(key)}"

    def _channel(
        self, guild: discord.Guild, target: ReplyTarget, members: Sequence[discord.Member]
    ) -> discord.TextChannel:
        """Return a channel that the people see and where the bot may open private threads."""
        for channel in self._candidates(guild, target):
            is_seen = all(channel.permissions_for(member).view_channel for member in members)
            if is_seen and not channel.is_news() and can_answer(channel, TO_HIDE):
                return channel
        raise UndeliverableError("no channel where a private thread may be opened")

    def _candidates(self, guild: discord.Guild, target: ReplyTarget) -> Iterator[discord.TextChannel]:
        """Return the channel of the report, then the other channels for reports; forums have no private threads."""
        here = guild.get_channel_or_thread(int(target.channel))
        here = here.parent if isinstance(here, discord.Thread) else here
        lost, found = (self._workspaces.channels(guild, kind) for kind in (ReportKind.LOST, ReportKind.FOUND))
        yield from (channel for channel in (here, *lost, *found) if isinstance(channel, discord.TextChannel))
