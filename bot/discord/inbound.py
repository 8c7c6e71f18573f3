"""Turns Discord's messages into commands of the domain. No discord.py object goes past this module."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Concatenate, Final, ParamSpec

import discord
import structlog

from bot.discord.errors import MissingPermissionError
from bot.discord.outbound import DiscordPlatform
from bot.discord.permission_notices import PermissionNotices
from bot.discord.permissions import ReportChannel
from bot.discord.posts import (
    is_post,
    kind_of,
    kind_tagged,
    not_a_photo,
    only_links,
    photos_of,
    report_of,
    target_of,
    text_of,
)
from bot.discord.proxies import Proxies
from bot.discord.threads import find_thread
from bot.discord.workspaces import Workspaces, member_of
from bot.latest import Latest
from db.cancellation import stop
from reunite import rules
from reunite.commands import EditReport, NewReport, TellKind, Withdraw
from reunite.entities import ReplyTarget, Report, ReportKind
from reunite.errors import TellUserError, TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.messages import offers, wording
from reunite.ports import Outgoing

_P = ParamSpec("_P")

_SETTLE_SECONDS: Final = 5.0
_REMEMBERED: Final = 1000

_log = structlog.get_logger(__name__)

Counts = Callable[[ReportChannel, ReportKind, datetime], Awaitable[bool]]
_Method = Callable[Concatenate["Inbound", _P], Coroutine[object, object, None]]


def _tracked(method: _Method[_P]) -> _Method[_P]:
    """Keep track of the events in progress."""

    @wraps(method)
    async def tracked(self: "Inbound", /, *args: _P.args, **kwargs: _P.kwargs) -> None:
        self.track()
        await method(self, *args, **kwargs)

    return tracked


class Inbound:
    """Handles the events of one client. Events about the same message are handled one after the other."""

    def __init__(
        self,
        client: discord.Client,
        handlers: Handlers,
        workspaces: Workspaces,
        platform: DiscordPlatform,
        counts: Counts,
    ) -> None:
        """`counts` tells whether a post of a moment in a channel for a kind of report may still become one."""
        self._counts = counts
        self._client = client
        self._handlers = handlers
        self._workspaces = workspaces
        self._platform = platform
        self._in_progress: set[asyncio.Task[object]] = set()
        self._renaming: set[asyncio.Task[None]] = set()
        """The threads of deleted posts whose new names Discord has put off."""
        self.recent: deque[int] = deque(maxlen=_REMEMBERED)
        """The latest posts."""
        self._edited = Latest[int, datetime](_REMEMBERED)
        self._deleted: deque[str] = deque(maxlen=_REMEMBERED)
        """The latest deleted posts: one of them may be being read as a past post right now."""
        self._proxies = Proxies()
        self._notices = PermissionNotices(client, workspaces)

    def track(self) -> None:
        """Keep track of the event that this task is handling."""
        task = asyncio.current_task()
        if task is not None:
            self._in_progress.add(task)
            task.add_done_callback(self._in_progress.discard)

    async def settle(self) -> None:
        """Wait a few seconds for the events in progress, and rename no more threads."""
        if self._in_progress:
            await asyncio.wait(self._in_progress, timeout=_SETTLE_SECONDS)
        await stop(*self._renaming)

    @_tracked
    async def posted(self, message: discord.Message) -> None:
        """Report a photo that was posted in a channel for found or lost reports."""
        await find_thread(message)
        self._proxies.remember(message)
        author = self._proxies.author_of(message)
        channel = self._report_channel(message, is_proxied=author is not None)
        if channel is None:
            await self._answer_in_thread(message)
            return
        guild = channel[0].guild
        kind = kind_of(message, channel[1], by_tag=self._workspaces.follows_tags(guild))
        problem = _problem_of(message, kind)
        if problem or photos_of(message):
            async with self._workspaces.lock(message.id):
                await self._workspaces.ensure_joined(guild)
                report = report_of(message, kind, self._workspaces.shown_in(guild))
                report = replace(report, author=author or report.author)
                if replied := await self._replied_to(message, report):
                    is_settled = await self._ask_about_reply(message, report, replied)
                elif problem:
                    is_settled = await self._refuse_post(report, channel[0], problem)
                else:
                    is_settled = await self._report(report, channel[0], again=True)
                if is_settled:
                    self.recent.append(message.id)
        elif offered := _offered_kind(message, kind):
            await self._offer(message, offered, guild)

    async def _answer_in_thread(self, message: discord.Message) -> None:
        """Answer someone who posts a photo in the thread of their own report."""
        thread = message.channel
        if not isinstance(thread, discord.Thread) or not is_post(message) or not photos_of(message):
            return
        if thread.parent and self._workspaces.role_of(thread.parent):
            await self._workspaces.ensure_joined(thread.guild)
            channel = thread if isinstance(thread.parent, discord.ForumChannel) else thread.parent
            post = ReplyTarget("discord", str(thread.guild.id), str(channel.id), str(thread.id))
            if thread.is_private():
                post = replace(post, channel=str(thread.id), message=None)
            await self._handlers.thread_photos.answer(post, member_of(message.author))

    async def _replied_to(self, message: discord.Message, photos: NewReport) -> Report | None:
        """Return the report whose post photos reply to, ended or not: by themselves, they never become another one.

        Return None for any other post, and for photos whose author has made a report of them.
        """
        reference = message.reference
        if not photos.photos or message.type is not discord.MessageType.reply or reference is None:
            return None
        target = replace(photos.target, channel=str(reference.channel_id), message=str(reference.message_id))
        report = await self._handlers.report_at(target)
        if report is None or report.quiet or await self._handlers.report_at(photos.target):
            return None
        return report

    async def _ask_about_reply(self, message: discord.Message, photos: NewReport, replied: Report) -> bool:
        """Ask, once, what photos show that reply to a report's post, unless they're old and the report has ended.

        Return False if that has to wait for a permission.
        """
        if replied.state not in rules.IN_PROGRESS and not _is_new(message):
            return True
        key, report = f"{message.id}:offer", replied.for_others()
        is_own = report.state in rules.IN_PROGRESS and report.author.id == photos.author.id
        own, others = offers.offer_of_own_reply, offers.offer_of_reply
        asked = own(key, photos.kind, report) if is_own else others(key, report.language)
        return await _answered(photos, self._platform.send(Outgoing(key, photos.target, asked, maybe_sent=True)))

    async def _offer(self, message: discord.Message, kind: ReportKind, guild: discord.Guild) -> None:
        """Ask the author of a post without photos whether it is to be a report."""
        key = f"{message.id}:offer"
        offered = offers.offer(key, kind, self._workspaces.language(guild), not_a_photo(message))
        try:
            await self._platform.send(Outgoing(key, target_of(message), offered, maybe_sent=True))
        except (MissingPermissionError, UndeliverableError) as error:
            _log.warning("discord_post_unanswered", post=str(message.id), reason=str(error))

    async def may_report(self, message: discord.Message) -> bool:
        """Return whether a message isn't too old to become a report; true where none does."""
        channel = self._report_channel(message)
        return channel is None or await self._counts(*channel, message.created_at)

    def _report_channel(
        self, message: discord.Message, *, is_proxied: bool = False
    ) -> tuple[ReportChannel, ReportKind] | None:
        """Return the channel of a person's post and its kind of report; None for any other message."""
        channel: object = message.channel
        if isinstance(channel, discord.Thread):  # the first message of a forum post has its thread's id
            channel = channel.parent if channel.id == message.id else None
        if not (is_proxied or is_post(message)) or not isinstance(channel, ReportChannel):
            return None
        role = self._workspaces.role_of(channel)
        return (channel, role) if role else None

    async def _report(self, command: NewReport, channel: ReportChannel, *, again: bool) -> bool:
        """Save a report, then acknowledge it; `again` acknowledges a known one too.

        Return False if that has to wait for a permission: once it's granted, the post is handled again.
        """
        try:
            receipt = await self._handlers.report(command)
        except TellUserError as error:
            return await self._refuse_post(command, channel, error)
        return await _answered(command, self._acknowledge(command, channel)) if receipt.created or again else True

    async def _refuse_post(self, command: NewReport, channel: ReportChannel, error: TellUserError) -> bool:
        """Say why a post is refused. Return False if that has to wait for a permission."""
        key = f"{command.source_key}:problem"
        return await _answered(command, self._send_problem(command.target, key, error, channel.guild))

    async def _acknowledge(self, command: NewReport, channel: ReportChannel) -> None:
        try:
            await self._notices.send(channel, command.author)
        except (TryAgainError, UndeliverableError) as error:  # 👀 may be allowed all the same
            _log.warning("discord_notice_unsent", channel=str(channel.id), reason=str(error))
        await self._platform.acknowledge(command.target)

    async def _send_problem(self, target: ReplyTarget, key: str, error: TellUserError, guild: discord.Guild) -> None:
        """Say why a post is refused, unless it was said before: after a restart the post is handled again."""
        problem = wording.problem(error.key, self._workspaces.language(guild), None, **error.params)
        await self._platform.send(Outgoing(key, target, problem, maybe_sent=True))

    @_tracked
    async def edited(self, message: discord.Message) -> None:
        """Update a report with the new words and photos of its post; one that was refused before is tried again."""
        is_by_member = is_post(message) or message.webhook_id  # a proxy may edit what it has posted
        if message.edited_at is None or not is_by_member or message.guild is None:
            return
        await find_thread(message)
        async with self._workspaces.lock(message.id):
            if message.edited_at < self._edited.get(message.id, message.edited_at):
                return  # it was read before its latest edit came
            await self._workspaces.ensure_joined(message.guild)
            target = target_of(message)
            try:
                photos = photos_of(message) if self._client.intents.message_content else None  # else it shows none
                text = text_of(message, self._workspaces.shown_in(message.guild))
                edit = EditReport(target=target, text=text, photos=photos, posted_at=message.created_at)
                edited = await self._handlers.edit(edit)
            except TellUserError as error:
                self._edited[message.id] = message.edited_at
                key = f"{message.id}:{message.edited_at.timestamp()}"
                await self._send_problem(target, key, error, message.guild)
                return
            self._edited[message.id] = message.edited_at
            channel = self._report_channel(message)
            if edited is not None or channel is None or not photos_of(message):
                return
            place, kind = channel
            if await self._counts(place, kind, message.created_at):
                kind = kind_of(message, kind, by_tag=self._workspaces.follows_tags(message.guild))
                report = report_of(message, kind, self._workspaces.shown_in(message.guild))
                if replied := await self._replied_to(message, report):
                    await self._ask_about_reply(message, report, replied)
                else:
                    await self._report(report, place, again=False)

    @_tracked
    async def renamed(self, thread: discord.Thread) -> None:
        """Update a report with the new title of its forum post."""
        if isinstance(thread.parent, discord.ForumChannel) and self._workspaces.role_of(thread.parent):
            try:
                message = await thread.fetch_message(thread.id)
            except discord.NotFound:
                return
            async with self._workspaces.lock(message.id):
                await self._workspaces.ensure_joined(thread.guild)
                text = text_of(message, self._workspaces.shown_in(thread.guild))
                await self._handlers.edit(EditReport(target=target_of(message), text=text))

    @_tracked
    async def tagged(self, thread: discord.Thread) -> None:
        """Make a lost report of a find whose post has got a forum's tag "Lost" instead of "Found".

        The other way round, such a tag mostly says that the thing is back.
        """
        forum = thread.parent
        is_told = isinstance(forum, discord.ForumChannel) and self._workspaces.role_of(forum) is ReportKind.FOUND
        if is_told and kind_tagged(thread) is ReportKind.LOST and self._workspaces.follows_tags(thread.guild):
            await self._workspaces.ensure_joined(thread.guild)
            target = ReplyTarget("discord", str(thread.guild.id), str(thread.id), str(thread.id))
            with suppress(TellUserError):  # it's sealed, or something has come of it
                await self._handlers.kinds.tell(TellKind(target=target, kind=ReportKind.LOST))

    @_tracked
    async def channel_deleted(self, guild_id: int, channel: int, *, with_threads: bool = False) -> None:
        """Withdraw the reports whose posts were in a deleted channel or thread; Discord doesn't list them.

        A channel is deleted `with_threads`: Discord tells only of its active ones, so the others are looked up.
        """
        guild = self._client.get_guild(guild_id)
        if guild is None:
            return
        await self._workspaces.ensure_joined(guild)
        only = None if with_threads else str(channel)
        posts = await self._handlers.known_posts("discord", str(guild_id), channel=only)
        places = {post.target.channel for post in posts} if with_threads else set[str]()
        gone = {str(channel), *[place for place in places if await _is_gone(guild, int(place))]}
        for post in posts:
            if post.target.channel in gone:
                await self._handlers.withdraw(Withdraw(target=post.target))

    @_tracked
    async def deleted(self, guild_id: int | None, channel: int, message: int) -> None:
        """Withdraw the report whose post was deleted."""
        self._deleted.append(str(message))
        guild = self._client.get_guild(guild_id or 0)
        if guild is None:
            return
        async with self._workspaces.lock(message):
            await self._workspaces.ensure_joined(guild)
            target = ReplyTarget("discord", str(guild_id), str(channel), str(message))
            if await self._handlers.withdraw(Withdraw(target=target)):
                await self.reset_name(target)

    async def reset_name(self, post: ReplyTarget) -> None:
        """Remove a deleted post's words from its thread's name, later if Discord puts that off."""
        if not await self._platform.threads.reset_name_of(post):
            later = asyncio.create_task(self._platform.threads.reset_name_later(post))
            self._renaming.add(later)
            later.add_done_callback(self._renaming.discard)

    def is_deleted(self, key: str) -> bool:
        """Return whether a post (given by its idempotency key) was deleted recently."""
        return key in self._deleted


async def _is_gone(guild: discord.Guild, place: int) -> bool:
    """Return whether a channel or thread is deleted. Archived threads and direct messages are not in the cache."""
    if guild.get_channel_or_thread(place):
        return False
    try:
        await guild.fetch_channel(place)
    except discord.NotFound:
        return True
    except (discord.Forbidden, discord.InvalidData):
        return False
    return False


async def _answered(command: NewReport, answer: Awaitable[object]) -> bool:
    """Answer a post, if that's possible. Return False if it has to wait for a permission."""
    try:
        await answer
    except (MissingPermissionError, UndeliverableError) as error:
        _log.warning("discord_post_unanswered", post=command.source_key, reason=str(error))
        return isinstance(error, UndeliverableError)
    return True


def _problem_of(message: discord.Message, kind: ReportKind) -> TellUserError | None:
    """Return why a new post can't be a report; None if it can, or if its words are offered as one."""
    if _is_spoken(message):
        return TellUserError("voice_message")
    problem = not_a_photo(message) or (TellUserError("photo_only_linked") if only_links(message) else None)
    return None if problem and _offered_kind(message, kind) else problem


def _is_spoken(message: discord.Message) -> bool:
    """Return whether a new post, no reply to another, is a voice message; it has no words and no other files then."""
    return message.flags.voice and message.reference is None and _is_new(message)


def _is_new(message: discord.Message) -> bool:
    """Return whether a post can hardly have been discussed yet."""
    return discord.utils.utcnow() - message.created_at < offers.ANSWERED_WITHIN


def _offered_kind(message: discord.Message, kind: ReportKind) -> ReportKind | None:
    text, age = text_of(message), discord.utils.utcnow() - message.created_at
    is_reply = message.reference is not None
    return None if len(text) > rules.MAX_TEXT else offers.offered_kind(text, age, kind, is_reply=is_reply)
