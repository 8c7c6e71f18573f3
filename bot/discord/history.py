"""Channels' past posts on Discord, page by page; a forum's posts are its threads, the active ones first."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import discord

from bot.discord.errors import discord_errors, is_refusal
from bot.discord.permissions import ReportChannel, missing
from bot.discord.posts import is_post, kind_of, photos_of, report_of
from bot.discord.workspaces import Workspaces
from bot.past_posts import Page, PastMessage
from db.backfills import Backfill
from reunite.commands import NewReport
from reunite.entities import ReportKind
from reunite.errors import TryAgainError, UndeliverableError
from reunite.past_posts import PastPost

_PAGE: Final = 100
"""The most messages that Discord returns per request."""
_THREADS: Final = 25
"""Threads of a forum on one page: each takes a request of its own for its first message."""
_DONE: Final = frozenset({"✅", "☑️", "✔️"})
"""The reactions by which people mark a post as done."""
_Read = Callable[[discord.Message], NewReport]
_TO_READ: Final = discord.Permissions(view_channel=True, read_message_history=True)


class ChannelHistory:
    """`bot.past_posts.History` on Discord."""

    def __init__(
        self,
        client: discord.Client,
        workspaces: Workspaces,
        is_reconciled: Callable[[int], bool],
        is_deleted: Callable[[str], bool],
    ) -> None:
        """`is_reconciled` tells whether the bot has caught up on what it missed in a guild.

        `is_deleted` tells whether a post was deleted recently.
        """
        self._client = client
        self._workspaces = workspaces
        self._is_reconciled = is_reconciled
        self.is_deleted = is_deleted

    async def is_ready(self, workspace: str) -> bool:
        return self._client.get_guild(int(workspace)) is not None and self._is_reconciled(int(workspace))

    async def page(self, backfill: Backfill) -> Page:
        channel, kind = self._readable(backfill)
        by_tag, shown_in = self._workspaces.follows_tags(channel.guild), self._workspaces.shown_in(channel.guild)

        def read(message: discord.Message) -> NewReport:
            return report_of(message, kind_of(message, kind, by_tag=by_tag), shown_in)

        with discord_errors():
            try:
                if isinstance(channel, discord.ForumChannel):
                    return await _forum_page(channel, read, backfill)
                return await _channel_page(channel, read, backfill)
            except discord.Forbidden as error:
                if not is_refusal(error):
                    raise
                raise UndeliverableError(f"Discord doesn't let the bot read it ({error.code})") from error

    def _readable(self, backfill: Backfill) -> tuple[ReportChannel, ReportKind]:
        """Return a channel and its kind of report. Raises UndeliverableError if the bot can't read it."""
        guild = self._client.get_guild(int(backfill.workspace))
        if guild is None:
            raise TryAgainError("the guild isn't there")
        if not self._client.intents.message_content:
            raise UndeliverableError("without the Message Content intent, the bot sees no photos in posts")
        channel = guild.get_channel(int(backfill.channel))
        role = self._workspaces.role_of(channel) if isinstance(channel, ReportChannel) else None
        if role is None or not isinstance(channel, ReportChannel):
            raise UndeliverableError("the channel is gone, or it's no longer for reports")
        if names := missing(channel, _TO_READ):
            raise UndeliverableError(f"the bot lacks the permission {', '.join(names)}")
        return channel, role


async def _channel_page(channel: discord.TextChannel, read: _Read, backfill: Backfill) -> Page:
    until = int(backfill.cursor) if backfill.cursor else discord.utils.time_snowflake(backfill.span.until)
    found = [message async for message in channel.history(limit=_PAGE, before=discord.Object(until))]
    within = [message for message in found if message.created_at >= backfill.span.since]
    cursor = str(found[-1].id) if found else backfill.cursor
    is_last = len(within) < _PAGE
    reached = backfill.span.since if is_last else found[-1].created_at
    return Page([_past_message(message, read, str(message.id)) for message in within], cursor, reached, is_last)


async def _forum_page(forum: discord.ForumChannel, read: _Read, backfill: Backfill) -> Page:
    """Return the first messages of threads: active ones by age, then archived ones by the time of archiving."""
    phase, _, at = backfill.cursor.partition(":")
    if phase != "archived":
        active = _active(forum, backfill, int(at) if at else None)
        if active:
            messages = [await _first_message(thread, read, f"active:{thread.id}") for thread in active]
            return Page(messages, messages[-1].post.cursor, backfill.reached, is_last=False)
        at = ""
    return await _archived_page(forum, read, backfill, datetime.fromisoformat(at) if at else None)


def _active(forum: discord.ForumChannel, backfill: Backfill, before: int | None) -> Sequence[discord.Thread]:
    span = backfill.span
    threads = sorted(forum.threads, key=lambda thread: thread.id, reverse=True)
    within = (thread for thread in threads if span.since <= discord.utils.snowflake_time(thread.id) < span.until)
    return [thread for thread in within if before is None or thread.id < before][:_THREADS]


async def _archived_page(forum: discord.ForumChannel, read: _Read, backfill: Backfill, before: datetime | None) -> Page:
    """Return a page of archived threads; one that was archived before the span began was posted before, too."""
    span = backfill.span
    threads = [thread async for thread in forum.archived_threads(limit=_THREADS, before=before)]
    recent = [thread for thread in threads if thread.archive_timestamp >= span.since]
    is_last = len(recent) < _THREADS
    messages = [
        await _first_message(thread, read, f"archived:{thread.archive_timestamp.isoformat()}")
        for thread in recent
        if span.since <= discord.utils.snowflake_time(thread.id) < span.until
    ]
    ended = threads[-1].archive_timestamp if threads else span.since
    cursor = f"archived:{ended.isoformat()}"
    return Page(messages, cursor, span.since if is_last else min(ended, backfill.reached), is_last)


async def _first_message(thread: discord.Thread, read: _Read, cursor: str) -> PastMessage:
    """Return the first message of a forum's thread; if that was deleted, an empty one."""
    try:
        message = await thread.fetch_message(thread.id)
    except discord.NotFound:
        created = discord.utils.snowflake_time(thread.id)
        gone = PastPost(str(thread.id), created, cursor, by_member=True, has_files=False, settled=False, deleted=True)
        return PastMessage(gone, _nothing)
    return _past_message(message, read, cursor, is_closed=thread.locked)


def _past_message(message: discord.Message, read: _Read, cursor: str, *, is_closed: bool = False) -> PastMessage:
    async def report() -> NewReport:
        return read(message)

    post = PastPost(
        key=str(message.id),
        posted_at=message.created_at,
        cursor=cursor,
        by_member=is_post(message),
        has_files=bool(photos_of(message)),
        settled=is_closed or any(str(reaction.emoji) in _DONE for reaction in message.reactions),
        answers_photo=_answers_photo(message),
    )
    return PastMessage(post, report)


def _answers_photo(message: discord.Message) -> bool:
    """Return whether a message replies to one with a photo, which Discord sends along unless it's deleted."""
    replied = message.reference.resolved if message.type is discord.MessageType.reply and message.reference else None
    return isinstance(replied, discord.Message) and bool(photos_of(replied))


async def _nothing() -> None:
    return None
