"""Sends, edits and removes replies in Discord's threads and channels."""

import io
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

import discord
import structlog

from bot.discord.errors import THREAD_ARCHIVED, THREAD_EXISTS, discord_errors, is_refusal
from bot.discord.posts import photos_of, target_of
from bot.discord.render import PICTURE_NAME, marker, nonce, render, thread_name, title_of
from bot.discord.verdicts import Verdicts
from bot.discord.workspaces import Workspaces
from reunite.entities import PlatformName, ReplyTarget, ReportKind
from reunite.errors import TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.language import date_words, sentence
from reunite.ports import Outgoing, Sent

TAKEN_UP: Final = "👀"
RETURNED: Final = "✅"
ARCHIVE_AFTER: Final = 10080
"""Minutes without a message after which a thread is archived: the longest that Discord offers."""
_LOOK_BACK: Final = 100
"""Messages searched for a reply that may be there already: one page, and far more than come between two attempts."""

Destination = discord.TextChannel | discord.ForumChannel | discord.Thread

_log = structlog.get_logger(__name__)


class DiscordPlatform:
    """`reunite.ports.Platform` over a connected client."""

    name: PlatformName = "discord"

    def __init__(self, client: discord.Client, handlers: Handlers, workspaces: Workspaces, verdicts: Verdicts) -> None:
        self._client = client
        self._handlers = handlers
        self._workspaces = workspaces
        self._verdicts = verdicts

    async def send(self, outgoing: Outgoing) -> Sent:
        """Post a reply in its post's thread, which is opened where there is none, or as a post of its own."""
        with discord_errors():
            destination = await self._channel(outgoing.target)
            if not isinstance(destination, discord.Thread) and outgoing.target.message:
                destination = await self.open_thread(destination, int(outgoing.target.message))
            earlier = await self._earlier(destination, outgoing.key) if outgoing.maybe_sent else None
            message = earlier or await self._post(destination, outgoing)
            await self._mark(outgoing)
            if earlier and outgoing.reply.match:  # people saw it before it was known, and may have reacted
                self._verdicts.compare_once_noted(
                    replace(outgoing.target, channel=str(message.channel.id), message=str(message.id))
                )
            return Sent(str(message.channel.id), str(message.id))

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        """Edit a reply; nobody is pinged again."""
        rendered = render(outgoing)

        async def change() -> None:
            await self._message(sent).edit(
                content=rendered.content,
                embed=rendered.embed,
                attachments=_files(outgoing),
                allowed_mentions=discord.AllowedMentions.none(),
                view=rendered.view(),
            )

        with discord_errors():
            await self._unarchived(sent, change)
            await self._mark(outgoing)
            if outgoing.reply.opens_thread and not title_of(outgoing.reply):
                await self._unname(sent.channel, sent.message)

    async def remove(self, outgoing: Outgoing, sent: Sent | None) -> None:
        """Delete a reply; it, its thread or its channel may be gone already."""
        with discord_errors(), suppress(discord.NotFound):
            if sent is None:
                destination = await self._channel(outgoing.target)
                if not isinstance(destination, discord.Thread) and outgoing.target.message:
                    destination = await self._thread(int(outgoing.target.message))
                message = await self._earlier(destination, outgoing.key)
                if message is None:
                    return
                sent = Sent(str(message.channel.id), str(message.id))
            await self._unarchived(sent, self._message(sent).delete)

    async def photo_url(self, target: ReplyTarget, name: str) -> str | None:
        """Return a fresh link to a post's photo; None where either is gone."""
        if target.message is None:
            return None
        try:
            with discord_errors():
                message = await self._message(Sent(target.channel, target.message)).fetch()
        except UndeliverableError as error:
            _log.warning("discord_photo_gone", post=target.message, reason=str(error))
            return None
        return next((photo.url for photo in photos_of(message) if photo.name == name), None)

    async def acknowledge(self, target: ReplyTarget) -> None:
        """React to a post with 👀."""
        with discord_errors():
            try:
                await self._message(Sent(target.channel, str(target.message))).add_reaction(TAKEN_UP)
            except discord.HTTPException as error:
                if is_refusal(error):  # such as 30010: the post has as many different reactions as it can take
                    raise UndeliverableError(f"Discord refuses the reaction ({error.code})") from error
                raise

    async def open_thread(self, channel: Destination, post: int, kind: ReportKind | None = None) -> discord.Thread:
        """Return the thread of a post, which has the post's id; open it where there is none yet."""
        if isinstance(channel, discord.ForumChannel):
            return await self._thread(post)
        if isinstance(channel, discord.Thread):
            return channel
        if known := channel.get_thread(post):  # archived threads are not in the cache
            return known
        message = await channel.fetch_message(post)
        kind = kind or self._workspaces.role_of(channel) or ReportKind.LOST
        language = self._workspaces.language(channel.guild)
        name = thread_name(kind, await self._caption(message), message.created_at, language)
        try:
            return await message.create_thread(name=name, auto_archive_duration=ARCHIVE_AFTER)
        except discord.HTTPException as error:
            if error.code != THREAD_EXISTS:
                raise
        return await message.fetch_thread()

    async def _caption(self, post: discord.Message) -> str:
        """Return the public words of a report: those of the member's post, or of the report behind the bot's post."""
        if post.author != self._client.user:
            return post.clean_content
        report = await self._handlers.report_at(target_of(post))
        return report.text if report and not report.sealed else ""

    async def unname_thread(self, post: ReplyTarget) -> None:
        """Remove the words of a deleted post from the name of its thread, if it has one."""
        try:
            with discord_errors():
                await self._unname(post.channel, str(post.message))
        except (TryAgainError, UndeliverableError) as error:
            _log.warning("discord_thread_still_named", post=post.message, reason=str(error))

    async def _unname(self, channel_id: str, post: str) -> None:
        """Name a post's thread by its day: the one opened at the post, or the private one that the post is in."""
        channel = self._client.get_channel(int(channel_id))
        number = int(post if isinstance(channel, discord.TextChannel | discord.ForumChannel) else channel_id)
        with suppress(discord.NotFound):
            thread = await self._thread(number)
            language = self._workspaces.language(thread.guild)
            day = date_words(discord.utils.snowflake_time(thread.id), language)
            name = sentence("thread_unnamed", language, day=day)
            if _is_ours(thread) and thread.name != name:
                await thread.edit(name=name, archived=False)  # an archived one can't be changed

    async def _channel(self, target: ReplyTarget) -> Destination:
        found = self._client.get_channel(int(target.channel)) or await self._client.fetch_channel(int(target.channel))
        if not isinstance(found, Destination):
            raise UndeliverableError(f"channel {target.channel} takes no replies")
        return found

    async def _thread(self, number: int) -> discord.Thread:
        found = self._client.get_channel(number) or await self._client.fetch_channel(number)
        if not isinstance(found, discord.Thread):
            raise UndeliverableError(f"{number} is not a thread")
        return found

    def _message(self, sent: Sent) -> discord.PartialMessage:
        return self._client.get_partial_messageable(int(sent.channel)).get_partial_message(int(sent.message))

    async def _unarchived(self, sent: Sent, act: Callable[[], Awaitable[object]]) -> None:
        """Do something to a message; where its thread is archived, reopen that first."""
        try:
            await act()
        except discord.HTTPException as error:
            if error.code != THREAD_ARCHIVED:
                raise
            thread = await self._client.fetch_channel(int(sent.channel))
            if not isinstance(thread, discord.Thread):
                raise
            await thread.edit(archived=False)
            await act()

    async def _mark(self, outgoing: Outgoing) -> None:
        """Show on a thread's post whether the item is returned; the thread stays open."""
        kind, target = outgoing.reply.kind, outgoing.target
        if kind not in {"returned", "reopened"} or target.message is None or self._client.user is None:
            return
        post = self._message(Sent(target.channel, target.message))
        try:
            if kind == "returned":
                await post.add_reaction(RETURNED)
            else:
                await post.remove_reaction(RETURNED, self._client.user)
        except discord.HTTPException as error:
            _log.warning("discord_post_unmarked", post=target.message, code=error.code)

    async def _earlier(self, destination: Destination, key: str) -> discord.Message | None:
        """Return the message of an earlier attempt that arrived."""
        wanted = marker(key)
        if isinstance(destination, discord.ForumChannel):
            candidates = [await thread.fetch_message(thread.id) for thread in destination.threads if _is_ours(thread)]
        else:
            candidates = [message async for message in destination.history(limit=_LOOK_BACK)]
        for message in candidates:
            if message.author == self._client.user and any(embed.url == wanted for embed in message.embeds):
                return message
        return None

    async def _post(self, destination: Destination, outgoing: Outgoing) -> discord.Message:
        """Send; the nonce keeps the library's own retries from posting twice."""
        if isinstance(destination, discord.ForumChannel):
            return await self._post_in_forum(destination, outgoing)
        rendered = render(outgoing)
        return await destination.send(
            rendered.content,
            embed=rendered.embed,
            files=_files(outgoing),
            allowed_mentions=rendered.mentions,
            nonce=nonce(outgoing.key),
            view=rendered.view(),
        )

    async def _post_in_forum(self, forum: discord.ForumChannel, outgoing: Outgoing) -> discord.Message:
        rendered = render(outgoing)
        kind, language = self._workspaces.role_of(forum) or ReportKind.LOST, self._workspaces.language(forum.guild)
        opened = await forum.create_thread(
            name=thread_name(kind, title_of(outgoing.reply), discord.utils.utcnow(), language),
            content=rendered.content,
            embed=rendered.embed,
            files=_files(outgoing),
            allowed_mentions=rendered.mentions,
            view=rendered.view(),
            auto_archive_duration=ARCHIVE_AFTER,
            applied_tags=forum.available_tags[:1] if forum.flags.require_tag else [],
        )
        return opened.message


def _files(outgoing: Outgoing) -> list[discord.File]:
    return [discord.File(io.BytesIO(outgoing.picture), PICTURE_NAME)] if outgoing.picture else []


def _is_ours(thread: discord.Thread) -> bool:
    return thread.owner_id == thread.guild.me.id
