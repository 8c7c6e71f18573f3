"""Where a report by command is answered: its channel, or a private thread of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import discord
import structlog

from bot.discord.errors import FAILURES, NO_MORE_THREADS
from bot.discord.permissions import TO_HIDE, TO_POST
from bot.discord.private_replies import language_of_user, with_retries
from bot.discord.render import thread_name
from bot.discord.threads import Destination, open_private, with_fallback_name
from bot.discord.workspaces import Workspaces, guild_of, member_of
from reunite.entities import ReplyTarget, ReportKind
from reunite.errors import TellUserError
from reunite.handlers import Handlers

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
        now, language = discord.utils.utcnow(), self._workspaces.language(guild)
        names = [thread_name(kind, caption, now, language) for caption in (words, "")]
        try:
            thread = await with_fallback_name(partial(open_private, channel), *names)
        except discord.HTTPException as error:
            if error.code in NO_MORE_THREADS:
                raise TellUserError("too_many_threads") from error
            raise
        try:
            yield thread
        except SentBefore as sent:  # the thread of the first time stays; perhaps its author couldn't be added then
            await _tidy(thread, thread.delete)
            with suppress(*FAILURES):
                kept = guild.get_thread(sent.thread) or await guild.fetch_channel(sent.thread)
                if isinstance(kept, discord.Thread):
                    await with_retries(interaction, partial(kept.add_user, interaction.user))
            raise
        except BaseException:
            await self._clean_up(thread, interaction.user)
            raise
        await with_retries(interaction, partial(thread.add_user, interaction.user))

    async def _clean_up(self, thread: discord.Thread, author: discord.User | discord.Member) -> None:
        """Delete a private thread after an error, unless the report was saved before that: it's answered there.

        The thread is also kept if that can't be found out. One that can't be deleted stays where nobody sees it.
        Nothing is raised: the first error counts.
        """
        target, is_kept = ReplyTarget("discord", str(thread.guild.id), str(thread.id)), True
        try:
            is_kept = await self._handlers.report_at(target, member_of(author)) is not None
        except Exception:  # noqa: BLE001 - see above
            _log.exception("discord_report_lookup_failed", thread=str(thread.id))
        await _tidy(thread, partial(thread.add_user, author) if is_kept else thread.delete)


async def _tidy(thread: discord.Thread, change: Callable[[], Awaitable[object]]) -> None:
    try:
        await change()
    except FAILURES as error:
        _log.warning("discord_thread_not_cleaned_up", thread=str(thread.id), reason=str(error))
