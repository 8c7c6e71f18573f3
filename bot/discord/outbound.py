"""Sends, edits and removes replies in Discord's threads and channels."""

import io
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Final

import discord
import structlog

from bot.discord.conversations import Conversations
from bot.discord.errors import (
    NO_MORE_THREADS,
    THREAD_ARCHIVED,
    THREAD_CLOSED,
    MissingPermissionError,
    discord_errors,
    is_refusal,
)
from bot.discord.posts import photos_of
from bot.discord.render import PICTURE_NAME, marker, nonce, render, thread_name, title_of
from bot.discord.threads import ARCHIVE_AFTER, Destination, Threads, free_tags, is_ours, under_a_name
from bot.discord.verdicts import Verdicts
from bot.discord.workspaces import Workspaces
from reunite.entities import PlatformName, ReplyTarget, ReportKind
from reunite.errors import UndeliverableError
from reunite.handlers import Handlers
from reunite.ports import Outgoing, Sent

TAKEN_UP: Final = "👀"
RETURNED: Final = "✅"
_LOOK_BACK: Final = 100
"""Messages searched for a reply that may be there already: one page, and far more than come between two attempts."""

_log = structlog.get_logger(__name__)


class DiscordPlatform:
    """`reunite.ports.Platform` over a connected client."""

    name: PlatformName = "discord"

    def __init__(self, client: discord.Client, handlers: Handlers, workspaces: Workspaces, verdicts: Verdicts) -> None:
        self._client = client
        self._handlers = handlers
        self._workspaces = workspaces
        self._verdicts = verdicts
        self.threads = Threads(client, handlers, workspaces)
        self._conversations = Conversations(client, workspaces)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Post a reply in its post's thread, which is opened where there is none, or as a post of its own."""
        with discord_errors():
            if outgoing.people:
                return await self._converse(outgoing)
            place = channel = await self._channel(outgoing.target)
            if outgoing.target.message:
                place = await self.threads.place_of(channel, int(outgoing.target.message))
            earlier = await self._earlier_in((place, channel), outgoing.key) if outgoing.maybe_sent else None
            message = earlier or await self._answer(place, channel, outgoing)
            await self._mark(outgoing)
            sent = Sent(str(message.channel.id), str(message.id))
            if earlier and outgoing.reply.match:  # people saw it before it was known, and may have reacted
                target = replace(outgoing.target, channel=sent.channel, message=sent.message)
                self._verdicts.compare_once_noted(target)
            return sent

    async def _converse(self, outgoing: Outgoing) -> Sent:
        """Send a reply in a conversation of its people."""
        thread = await self._conversations.open(outgoing)
        earlier = await self._earlier(thread, outgoing.key) if outgoing.maybe_sent else None
        message = earlier or await self._post(thread, outgoing)
        return Sent(str(thread.id), str(message.id))

    async def _answer(self, place: Destination, channel: Destination, outgoing: Outgoing) -> discord.Message:
        """Send a reply; where its thread is closed or can't be woken, in the channel, or else to the author."""
        try:
            return await self._post(place, outgoing)
        except discord.HTTPException as error:
            refusals = THREAD_CLOSED | NO_MORE_THREADS
            if error.code not in refusals or not isinstance(place, discord.Thread) or not outgoing.target.message:
                raise
            _log.warning("discord_thread_refused", thread=str(place.id), code=error.code)
            if isinstance(channel, discord.TextChannel):
                return await self._post(channel, outgoing)
            return await self._write_to_author(outgoing) or await self._post(place, outgoing)

    async def _write_to_author(self, outgoing: Outgoing) -> discord.Message | None:
        """Send a reply to a report's author directly; None where they take no messages."""
        report = await self._handlers.report_at(outgoing.target)
        if report is None:
            return None
        with suppress(discord.Forbidden):
            return await self._post(await self._client.create_dm(discord.Object(int(report.author.id))), outgoing)
        return None

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
                await self.threads.unname(sent.channel, sent.message)

    async def remove(self, outgoing: Outgoing, sent: Sent | None) -> None:
        """Delete a reply; it, its thread or its channel may be gone already."""
        with discord_errors(), suppress(discord.NotFound):
            if sent is None:
                message = await self._earlier_in(await self._places(outgoing), outgoing.key)
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
        except (UndeliverableError, MissingPermissionError) as error:
            _log.warning("discord_photo_gone", post=target.message, reason=str(error))
            return None
        return next((photo.url for photo in photos_of(message) if photo.name == name), None)

    async def acknowledge(self, target: ReplyTarget) -> None:
        """React to a post with 👀."""
        with discord_errors():
            try:
                await self._message(Sent(target.channel, str(target.message))).add_reaction(TAKEN_UP)
            except discord.HTTPException as error:
                if type(error) is discord.HTTPException and is_refusal(
                    error
                ):  # such as 30010: the post has as many different reactions as it can take
                    raise UndeliverableError(f"Discord refuses the reaction ({error.code})") from error
                raise

    async def _channel(self, target: ReplyTarget) -> Destination:
        found = self._client.get_channel(int(target.channel)) or await self._client.fetch_channel(int(target.channel))
        if not isinstance(found, Destination):
            raise UndeliverableError(f"channel {target.channel} takes no replies")
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

    async def _places(self, outgoing: Outgoing) -> list[Destination]:
        """Return where a reply may be: in its people's thread, in its post's if there is one, or in the channel."""
        if outgoing.people:
            return [thread] if (thread := self._conversations.known(outgoing)) else []
        target = outgoing.target
        places: list[Destination] = [await self._channel(target)]
        if target.message and not isinstance(places[0], discord.Thread):
            with suppress(discord.NotFound):
                places.insert(0, await self.threads.get(int(target.message)))
        return places

    async def _earlier_in(self, places: Iterable[Destination], key: str) -> discord.Message | None:
        for place in dict.fromkeys(places):
            if message := await self._earlier(place, key):
                return message
        return None

    async def _earlier(self, destination: Destination, key: str) -> discord.Message | None:
        """Return the message of an earlier attempt that arrived."""
        wanted = marker(key)
        if isinstance(destination, discord.ForumChannel):
            candidates = [await thread.fetch_message(thread.id) for thread in destination.threads if is_ours(thread)]
        else:
            candidates = [message async for message in destination.history(limit=_LOOK_BACK)]
        for message in candidates:
            if message.author == self._client.user and any(embed.url == wanted for embed in message.embeds):
                return message
        return None

    async def _post(self, destination: Destination | discord.DMChannel, outgoing: Outgoing) -> discord.Message:
        """Send; the nonce keeps the library's own retries from posting twice."""
        if isinstance(destination, discord.ForumChannel):
            return await self._post_in_forum(destination, outgoing)
        rendered, post = render(outgoing), outgoing.target.message
        send = (
            destination.get_partial_message(int(post)).reply
            if post and isinstance(destination, discord.TextChannel)
            else destination.send
        )
        return await send(
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
        title, now = title_of(outgoing.reply), discord.utils.utcnow()

        async def create(name: str) -> discord.Message:
            opened = await forum.create_thread(
                name=name,
                content=rendered.content,
                embed=rendered.embed,
                files=_files(outgoing),
                allowed_mentions=rendered.mentions,
                view=rendered.view(),
                auto_archive_duration=ARCHIVE_AFTER,
                applied_tags=free_tags(forum),
            )
            return opened.message

        return await under_a_name(create, *(thread_name(kind, words, now, language) for words in (title, "")))


def _files(outgoing: Outgoing) -> list[discord.File]:
    return [discord.File(io.BytesIO(outgoing.picture), PICTURE_NAME)] if outgoing.picture else []
