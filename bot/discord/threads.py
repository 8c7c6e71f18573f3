"""Opens and names the threads of posts, and finds a place for replies where there can't be one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeVar

import discord
import structlog

from bot.discord.errors import FAILURES, NAME_REFUSED, NO_MORE_THREADS, THREAD_EXISTS, NoCodeError, discord_errors
from bot.discord.posts import is_ours, photos_of, tags_for, target_of, text_of
from bot.discord.render import marker, render, thread_name
from bot.discord.workspaces import Workspaces
from reunite.entities import ReplyTarget, ReportKind
from reunite.errors import PostGoneError, TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.language import LANGUAGES, date_words, sentence
from reunite.ports import Outgoing

_LOOK_BACK: Final = 100
"""Messages searched for a reply that may be there already: one page, and far more than come between two attempts."""
_PAUSES_IN_SECONDS: Final = (5.0, 60.0, 600.0, 3600.0, 6 * 3600.0, 16 * 3600.0)
"""Seconds before each further attempt to rename a thread: Discord takes only two new names in ten minutes."""
ARCHIVE_AFTER: Final = 10080
"""Minutes without a message after which a thread is archived: the longest that Discord offers."""

Destination = discord.TextChannel | discord.ForumChannel | discord.Thread
Place = Destination | discord.DMChannel
"""Where a reply may be; a report whose channel refuses its post lives in the author's direct messages."""
T = TypeVar("T")

_log = structlog.get_logger(__name__)


class Threads:
    """Opens, finds and renames the threads of one client's guilds."""

    def __init__(self, client: discord.Client, handlers: Handlers, workspaces: Workspaces) -> None:
        self._client = client
        self._handlers = handlers
        self._workspaces = workspaces

    async def place_of(
        self, channel: Destination, post: int, kind: ReportKind | None = None, *, is_open: bool = False
    ) -> Destination:
        """Return where to answer a post: in its thread, or in its channel while the guild has too many threads.

        The thread's name says the kind of report, by default the channel's, unless that `is_open`.
        """
        try:
            return await self._open(channel, post, kind, is_open=is_open)
        except discord.HTTPException as error:
            if error.code not in NO_MORE_THREADS:
                raise
            _log.warning("discord_thread_limit_reached", guild=str(channel.guild.id), code=error.code)
            return channel

    async def _open(self, channel: Destination, post: int, kind: ReportKind | None, *, is_open: bool) -> Destination:
        """Return the thread of a post, which has the post's id; open it if there is none yet.

        Where it's deleted and Discord opens no second one, return the channel.
        """
        if isinstance(channel, discord.ForumChannel):
            return await self.get(post)
        if isinstance(channel, discord.Thread):
            return channel
        if known := channel.get_thread(post):  # archived threads are not in the cache
            return known
        message = await check_post(channel, post)
        kind = None if is_open else kind or self._kind_of(message, channel)
        language = self._workspaces.language(channel.guild)

        async def create(name: str) -> discord.Thread:
            return await message.create_thread(name=name, auto_archive_duration=ARCHIVE_AFTER)

        names = [thread_name(kind, words, message.created_at, language) for words in (await self._caption(message), "")]
        try:
            return await with_fallback_name(create, *names)
        except discord.HTTPException as error:
            if error.code != THREAD_EXISTS:
                raise
        try:
            return await message.fetch_thread()
        except discord.NotFound:
            _log.warning("discord_thread_deleted", post=post)
            return channel

    def _kind_of(self, post: discord.PartialMessage, channel: discord.TextChannel) -> ReportKind | None:
        """Return the kind of report that a post in a channel mostly is; None for a reply, which may show anything."""
        if isinstance(post, discord.Message) and post.type is discord.MessageType.reply:
            return None
        return self._workspaces.role_of(channel) or ReportKind.LOST

    async def _caption(self, post: discord.PartialMessage) -> str:
        """Return the public words of a report: those of the member's post, or of the report behind the bot's post."""
        if not isinstance(post, discord.Message):
            return ""
        if post.author != self._client.user:
            return text_of(post)
        report = await self._handlers.report_at(target_of(post))
        if report and report.sealed:
            return sentence(f"category_{report.category}", report.language)
        return report.text if report else ""

    async def show_kind(self, thread: discord.Thread, post: discord.Message, kind: ReportKind) -> None:
        """Say in the name of a post's thread, or by its tags in a forum, what kind of report it is.

        A name that isn't one that the bot gives stays: somebody has chosen it.
        """
        language = self._workspaces.language(thread.guild)
        with suppress(*FAILURES):  # such as a tag that only moderators may give; it's only a tag
            if (tags := tags_for(thread, kind)) is not None:
                await thread.edit(applied_tags=tags)
        with suppress(*FAILURES):  # such as Discord's limit of new names; it's only a name
            for words in (text_of(post), "") if is_ours(thread) else ():
                names = {each: thread_name(each, words, post.created_at, language) for each in (None, *ReportKind)}
                if thread.name in names.values():
                    if thread.name != names[kind]:
                        await thread.edit(name=names[kind], archived=False)
                    return

    async def get(self, number: int) -> discord.Thread:
        """Return a thread by its id, which is its post's too."""
        found = self._client.get_channel(number) or await self._client.fetch_channel(number)
        if not isinstance(found, discord.Thread):
            raise UndeliverableError(f"{number} is not a thread")
        return found

    async def reset_name_of(self, post: ReplyTarget) -> bool:
        """Remove the words of a deleted post from the name of its thread, if it has one.

        Return whether that is done or impossible; False after temporary trouble.
        """
        try:
            with discord_errors():
                await self.reset_name(post.channel, str(post.message))
        except (TryAgainError, UndeliverableError) as error:
            _log.warning("discord_thread_not_renamed", post=post.message, reason=str(error))
            return isinstance(error, UndeliverableError)
        return True

    async def reset_name_later(self, post: ReplyTarget) -> None:
        """After temporary trouble, try again for a day."""
        try:
            for pause in _PAUSES_IN_SECONDS:
                await asyncio.sleep(pause)
                if await self.reset_name_of(post):
                    return
        except Exception:  # noqa: BLE001 - nobody awaits this
            _log.exception("discord_thread_not_renamed", post=post.message)

    async def reset_name(self, channel_id: str, post: str) -> None:
        """Name a post's thread by its day: the one opened at the post, or the private one that the post is in."""
        with suppress(discord.NotFound):
            thread = await self.get(self._thread_id(channel_id, post))
            if is_ours(thread) and not has_neutral_name(thread):
                name = neutral_name(thread, self._workspaces.language(thread.guild))
                await thread.edit(name=name, archived=False)  # an archived one can't be changed

    async def clear(self, channel_id: str, post: str) -> None:
        """Delete the thread of a removed post if the bot may; otherwise only remove the words from its name."""
        with suppress(discord.NotFound):
            thread = await self.get(self._thread_id(channel_id, post))
            if thread.permissions_for(thread.guild.me).manage_threads:
                with suppress(discord.Forbidden):  # 60003: the guild wants the bot's owner to have a second factor
                    await thread.delete()
                    return
        await self.reset_name(channel_id, post)

    def _thread_id(self, channel_id: str, post: str) -> int:
        """Return the id of a post's thread, which is the post's own unless the post is in a private one."""
        channel = self._client.get_channel(int(channel_id))
        return int(post if isinstance(channel, discord.TextChannel | discord.ForumChannel) else channel_id)


async def find_thread(message: discord.Message) -> None:
    """Look up the thread of a forum's post, or of photos, of which the bot hasn't heard: its event may never come.

    Raises TryAgainError. See https://docs.discord.com/developers/reference#consistency, as of December 2026.
    """
    if message.guild is None or not isinstance(message.channel, discord.PartialMessageable):
        return
    if message.channel.id == message.id or photos_of(message):
        with discord_errors(), suppress(discord.NotFound, discord.Forbidden):  # it's deleted, or closed to the bot
            found = await message.guild.fetch_channel(message.channel.id)
            message.channel = found if isinstance(found, discord.Thread) else message.channel


async def check_post(channel: discord.TextChannel, post: int) -> discord.PartialMessage:
    """Return a post. Raises PostGoneError if it's deleted: Discord would refuse a thread at it, or a reply to it.

    A compatible server may be unable to say what is in it.
    """
    try:
        return await channel.fetch_message(post)
    except discord.NotFound as error:
        raise PostGoneError(f"the post is gone ({error.code})") from error
    except NoCodeError:
        _log.warning("discord_post_unread", post=post)
        return channel.get_partial_message(post)


async def with_fallback_name(create: Callable[[str], Awaitable[T]], name: str, neutral: str) -> T:
    """Open a thread; if Discord refuses a word in its name, use a neutral one."""
    try:
        return await create(name)
    except discord.HTTPException as error:
        if error.code not in NAME_REFUSED or name == neutral:
            raise
        _log.info("discord_thread_name_refused", code=error.code)
    return await create(neutral)


async def open_private(channel: discord.TextChannel, name: str) -> discord.Thread:
    """Open a private thread that only moderators can let others into."""
    return await channel.create_thread(
        name=name, type=discord.ChannelType.private_thread, invitable=False, auto_archive_duration=ARCHIVE_AFTER
    )


async def earlier_attempt(outgoing: Outgoing, *places: Place) -> discord.Message | None:
    """Return the bot's message with a reply's marker, or with its words where it couldn't embed: it arrived."""
    wanted, words = marker(outgoing.key), render(outgoing, "en").words()  # only a picture has words of our language
    for place in dict.fromkeys(places):
        me = place.me if isinstance(place, discord.DMChannel) else place.guild.me
        try:
            async for message in _latest(place):
                is_plain = not message.embeds and message.content == words
                is_it = is_plain or any(embed.url == wanted for embed in message.embeds)
                if message.author.id == me.id and is_it:
                    return message
        except discord.NotFound:
            if place == places[-1]:
                raise  # otherwise its thread is deleted
    return None


async def _latest(place: Place) -> AsyncIterator[discord.Message]:
    """Yield the latest messages of a place, or the bot's posts in a forum, each of which takes a request."""
    if not isinstance(place, discord.ForumChannel):
        async for message in place.history(limit=_LOOK_BACK):
            yield message
        return
    for thread in sorted(filter(is_ours, place.threads), key=lambda thread: thread.id, reverse=True):
        if first := await _first_message(thread):
            yield first


async def _first_message(thread: discord.Thread) -> discord.Message | None:
    """Return the first message of a forum's post; None if it's deleted, which leaves the rest of the post."""
    try:
        return await thread.fetch_message(thread.id)
    except discord.NotFound:
        return None


def neutral_name(thread: discord.Thread, language: str) -> str:
    """Return a thread's name without its post's words."""
    return sentence("thread_unnamed", language, day=date_words(discord.utils.snowflake_time(thread.id), language))


def has_neutral_name(thread: discord.Thread) -> bool:
    """Return whether a thread's name has none of its post's words, in whichever language it was named."""
    return any(thread.name == neutral_name(thread, language) for language in LANGUAGES)
