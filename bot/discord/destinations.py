"""Where a report by command is answered: its channel, or a private thread of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Final

import discord
import structlog

from bot.discord.conversations import is_conversation
from bot.discord.errors import FAILURES, NO_MORE_THREADS
from bot.discord.permissions import TO_HIDE, TO_POST
from bot.discord.posts import is_ours
from bot.discord.private_replies import language_of_user, spoken_by_user, with_retries
from bot.discord.render import thread_name
from bot.discord.threads import Destination, has_neutral_name, neutral_name, open_private, with_fallback_name
from bot.discord.workspaces import Workspaces, guild_of
from bot.locks import Locks
from reunite.entities import ReplyTarget, ReportKind
from reunite.errors import TellUserError
from reunite.handlers import Handlers

_STILL_USED: Final = timedelta(minutes=10)
"""How old an empty thread is before it's discarded."""
_log = structlog.get_logger(__name__)


class SentBefore(Exception):  # noqa: N818 - no error
    """A report was sent before, and is answered in another thread."""

    def __init__(self, thread: int) -> None:
        super().__init__(thread)
        self.thread = thread


class Destinations:
    """Chooses the channel of a report, or opens its private thread."""

    def __init__(self, handlers: Handlers, workspaces: Workspaces) -> None:
        self._handlers = handlers
        self._workspaces = workspaces
        self._opening = Locks[int]()
        """By channel: two reports with the same words mustn't take the same empty thread."""

    @asynccontextmanager
    async def of_report(
        self, interaction: discord.Interaction, kind: ReportKind, words: str, *, private: bool
    ) -> AsyncIterator[Destination]:
        """Yield the channel of a report by command, or a new private thread; its author joins once it's reported."""
        guild, needed = guild_of(interaction), TO_HIDE if private else TO_POST
        channel = self._workspaces.channel_for(guild, kind, interaction.channel, needed, language_of_user(interaction))
        if not private:
            yield channel
            return
        assert isinstance(channel, discord.TextChannel)  # noqa: S101 - no others have private threads
        async with self._opening.of(channel.id):
            language = spoken_by_user(interaction) or self._workspaces.language(guild)
            thread = await self._private_thread(channel, kind, words, language)
            try:
                yield thread
            except SentBefore as sent:  # the thread of the first time stays; perhaps its author couldn't be added then
                await self._discard(thread)
                with suppress(*FAILURES):
                    kept = guild.get_thread(sent.thread) or await guild.fetch_channel(sent.thread)
                    if isinstance(kept, discord.Thread):
                        await with_retries(interaction, partial(kept.add_user, interaction.user))
                raise
            except BaseException:
                await self._clean_up(thread, interaction.user)
                raise
        await with_retries(interaction, partial(thread.add_user, interaction.user))

    async def discard_abandoned(self, guild: discord.Guild) -> None:
        """Discard private threads whose reports weren't stored, because the bot was killed in between."""
        now = discord.utils.utcnow()
        for thread in guild.threads:
            if now - discord.utils.snowflake_time(thread.id) < _STILL_USED:
                continue  # another process may be about to store its report
            if _is_empty(thread) and not is_conversation(thread) and not has_neutral_name(thread):
                async with self._opening.of(thread.parent_id):  # its report may be about to be stored
                    report = await self._handlers.report_at(_target(thread))
                    if report is None or report.purged:
                        await self._discard(thread)

    async def _private_thread(
        self, channel: discord.TextChannel, kind: ReportKind, words: str, language: str
    ) -> discord.Thread:
        """Open a report's private thread, or return the empty one that was left when the report wasn't stored."""
        now = discord.utils.utcnow()
        names = [thread_name(kind, caption, now, language) for caption in (words, "")]
        for thread in channel.threads:
            is_named = thread.name in names or has_neutral_name(thread)
            if _is_empty(thread) and is_named and await self._handlers.report_at(_target(thread)) is None:
                return thread
        try:
            return await with_fallback_name(partial(open_private, channel), *names)
        except discord.HTTPException as error:
            if error.code in NO_MORE_THREADS:
                raise TellUserError("too_many_threads") from error
            raise

    async def _clean_up(self, thread: discord.Thread, author: discord.User | discord.Member) -> None:
        """Delete a private thread after an error, unless the report was saved before that: it's answered there.

        The thread is also kept if that can't be found out. Nothing is raised: the first error counts.
        """
        is_kept = True
        try:
            is_kept = await self._handlers.report_at(_target(thread)) is not None
        except Exception:  # noqa: BLE001 - see above
            _log.exception("discord_report_lookup_failed", thread=str(thread.id))
        if is_kept:
            await _tidy(thread, partial(thread.add_user, author))
        else:
            await self._discard(thread)

    async def _discard(self, thread: discord.Thread) -> None:
        """Delete a thread, or else remove the words from its name: only moderators see it then."""
        if not await _tidy(thread, thread.delete) and not has_neutral_name(thread):
            name = neutral_name(thread, self._workspaces.language(thread.guild))
            await _tidy(thread, partial(thread.edit, name=name, archived=False))


def _is_empty(thread: discord.Thread) -> bool:
    """Return whether nothing is said yet in a private thread of ours."""
    return thread.is_private() and is_ours(thread) and thread.last_message_id is None


def _target(thread: discord.Thread) -> ReplyTarget:
    return ReplyTarget("discord", str(thread.guild.id), str(thread.id))


async def _tidy(thread: discord.Thread, change: Callable[[], Awaitable[object]]) -> bool:
    try:
        await change()
    except FAILURES as error:
        _log.warning("discord_thread_not_cleaned_up", thread=str(thread.id), reason=str(error))
        return False
    return True
