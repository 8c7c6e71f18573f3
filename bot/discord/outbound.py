"""Sends, edits and removes replies in Discord's threads and channels."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Final

import discord
import structlog

from bot.direct import has_moved, saying_why
from bot.discord.blocked_words import quoting_if_allowed, without_quotes
from bot.discord.conversations import Conversations
from bot.discord.errors import (
    NO_ACCESS,
    NO_MORE_THREADS,
    THREAD_CLOSED,
    UNKNOWN_CHANNEL,
    WORDS_REFUSED,
    MissingPermissionError,
    discord_errors,
    is_refusal,
    takes_no_messages,
)
from bot.discord.posts import photos_of
from bot.discord.render import title_of
from bot.discord.threads import Place, Threads, check_post, earlier_attempt
from bot.discord.verdicts import Verdicts
from bot.discord.workspaces import Workspaces
from bot.discord.writing import Messages
from reunite.entities import PlatformName, ReplyTarget
from reunite.errors import PostGoneError, UndeliverableError
from reunite.handlers import Handlers
from reunite.messages.offers import asks_kind, kind_offered
from reunite.ports import Outgoing, Sent

TAKEN_UP: Final = "👀"

_log = structlog.get_logger(__name__)


class DiscordPlatform:
    """`reunite.ports.Platform` over a connected client."""

    name: PlatformName = "discord"
    sends_pictures = True

    def __init__(self, client: discord.Client, handlers: Handlers, workspaces: Workspaces, verdicts: Verdicts) -> None:
        self._client = client
        self._handlers = handlers
        self._verdicts = verdicts
        self.threads = Threads(client, handlers, workspaces)
        self._conversations = Conversations(client, workspaces)
        self._messages = Messages(client, workspaces)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Post a reply in its post's thread, which is opened if there is none, or as a post of its own.

        If Discord refuses a report post or a reply in a private thread, its author gets it as a direct message. If they
        take none, and AutoMod is why, it's posted without what they wrote.
        """
        try:
            return await self._send(outgoing)
        except (MissingPermissionError, UndeliverableError) as error:
            if not outgoing.author or not (outgoing.reply.opens_thread or _is_shut_out(outgoing, error)):
                raise
            _log.warning("discord_post_refused", channel=outgoing.target.channel, reason=str(error))
            try:
                with discord_errors():
                    return await self._send_to_author(outgoing)
            except UndeliverableError as refused:
                if _are_words_refused(error):
                    return await self._send(without_quotes(outgoing))
                raise error from refused  # the obstacle may be temporary

    async def _send(self, outgoing: Outgoing) -> Sent:
        with discord_errors(), _deleted_channel(outgoing):
            if outgoing.people:
                return await self._converse(outgoing)
            place = channel = await self._channel(outgoing.target)
            if outgoing.for_all and isinstance(channel, discord.DMChannel):
                raise UndeliverableError("what is for all isn't sent to one person")
            if outgoing.target.message and not isinstance(channel, discord.DMChannel):
                post, kind = int(outgoing.target.message), outgoing.kind or kind_offered(outgoing.reply)
                is_open = outgoing.kind is None and asks_kind(outgoing.reply)
                place = await self.threads.place_of(channel, post, kind, is_open=is_open)
            earlier = await earlier_attempt(outgoing, place, channel) if outgoing.maybe_sent else None
            message = earlier or await self._answer(place, channel, outgoing)
            await self._messages.mark(outgoing)
            sent = Sent(str(message.channel.id), str(message.id))
            if earlier and outgoing.reply.match:  # people may have reacted before it was recorded
                target = replace(outgoing.target, channel=sent.channel, message=sent.message)
                self._verdicts.compare_once_recorded(target)
            return sent

    async def _converse(self, outgoing: Outgoing) -> Sent:
        """Send a reply in a conversation of its people."""
        thread = await self._conversations.open(outgoing)
        earlier = await earlier_attempt(outgoing, thread) if outgoing.maybe_sent else None
        message = earlier or await self._post_allowed(thread, outgoing)
        return Sent(str(thread.id), str(message.id))

    async def _post_allowed(self, place: Place, outgoing: Outgoing) -> discord.Message:
        return await quoting_if_allowed(partial(self._messages.post, place), outgoing)

    async def _answer(self, place: Place, channel: Place, outgoing: Outgoing) -> discord.Message:
        """Send a reply; if its thread is closed or gone, in the channel, or else to the author.

        It goes to them too if the guild's AutoMod blocks its words. Without quotes, it's sent where it belongs if they
        take no messages, or if it belongs to no post.
        """
        try:
            if outgoing.target.message or outgoing.reply.opens_thread:
                return await self._messages.post(place, outgoing)
            return await self._post_allowed(place, outgoing)
        except discord.HTTPException as error:
            if error.code in WORDS_REFUSED and outgoing.target.message and not isinstance(place, discord.DMChannel):
                _log.warning("discord_words_refused", post=outgoing.target.message, code=error.code)
                return await self._write_to_author(outgoing) or await self._messages.post(
                    place, without_quotes(outgoing)
                )
            # A thread that has just been deleted is still in the cache; a forum's post is deleted with its thread.
            gone = {UNKNOWN_CHANNEL} if isinstance(channel, discord.TextChannel) else set[int]()
            refusals = THREAD_CLOSED | NO_MORE_THREADS | gone
            if error.code not in refusals or not isinstance(place, discord.Thread) or not outgoing.target.message:
                raise
            _log.warning("discord_thread_refused", thread=str(place.id), code=error.code)
            if isinstance(channel, discord.TextChannel):
                await check_post(channel, int(outgoing.target.message))
                return await self._messages.post(channel, outgoing)
            return await self._write_to_author(outgoing) or await self._messages.post(place, outgoing)

    async def _write_to_author(self, outgoing: Outgoing) -> discord.Message | None:
        """Send a reply to its report's author directly; None if they don't accept messages."""
        report = await self._handlers.report_at(outgoing.target)
        if report is None or report.sample or not report.author.id:
            return None
        try:
            return await self._write_to(report.author.id, outgoing)
        except discord.HTTPException as error:
            if not takes_no_messages(error):
                raise
        return None

    async def _send_to_author(self, outgoing: Outgoing) -> Sent:
        """Send a report post to the report's author; answers follow there."""
        message = await self._write_to(outgoing.author, outgoing)
        return Sent(str(message.channel.id), str(message.id))

    async def _write_to(self, person: str, outgoing: Outgoing) -> discord.Message:
        """Send a reply directly, with a line that says why, unless an earlier attempt has arrived."""
        channel = await self._client.create_dm(discord.Object(int(person)))
        earlier = await earlier_attempt(outgoing, channel) if outgoing.maybe_sent else None
        return earlier or await self._messages.post(channel, saying_why(outgoing, self._messages.language_of(outgoing)))

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        """Edit a reply; nobody is pinged again."""
        with _given_up_without_access(), discord_errors():
            is_direct = await self._is_direct(outgoing, sent)
        shown = outgoing
        if is_direct and has_moved(outgoing, sent):
            shown = saying_why(outgoing, self._messages.language_of(outgoing))
        with _given_up_without_access(), discord_errors():
            change = partial(self._messages.edit, sent, direct=is_direct)
            await self._messages.unarchived(sent, partial(quoting_if_allowed, change, shown))
            await self._messages.mark(outgoing)
            if outgoing.reply.opens_thread and not title_of(outgoing.reply) and not is_direct:
                await self.threads.reset_name(sent.channel, sent.message)

    async def remove(self, outgoing: Outgoing, sent: Sent | None) -> None:
        """Delete a reply, with the thread that it opened; all of it may be gone already."""
        with _given_up_without_access(), discord_errors(), suppress(discord.NotFound):
            if sent is None:
                message = await earlier_attempt(outgoing, *await self._places(outgoing))
                if message is None:
                    return
                sent = Sent(str(message.channel.id), str(message.id))
            await self._messages.unarchived(sent, self._messages.at(sent).delete)
            if outgoing.reply.opens_thread:
                await self.threads.clear(sent.channel, sent.message)

    async def photo_url(self, target: ReplyTarget, name: str) -> str | None:
        """Return a fresh link to a post's photo; None if either is gone. A permission that's lacking is waited for."""
        if target.message is None:
            return None
        try:
            with discord_errors():
                message = await self._messages.at(Sent(target.channel, target.message)).fetch()
        except UndeliverableError as error:
            _log.warning("discord_photo_gone", post=target.message, reason=str(error))
            return None
        return next((photo.url for photo in photos_of(message) if photo.name == name), None)

    async def acknowledge(self, target: ReplyTarget) -> None:
        """React to a post with 👀."""
        with discord_errors():
            try:
                await self._messages.react(target, TAKEN_UP)
            except discord.HTTPException as error:
                # Such as 30010: the post has as many different reactions as it can take.
                if type(error) is discord.HTTPException and is_refusal(error):
                    raise UndeliverableError(f"Discord refuses the reaction ({error.code})") from error
                raise

    async def _channel(self, target: ReplyTarget) -> Place:
        found = self._client.get_channel(int(target.channel)) or await self._client.fetch_channel(int(target.channel))
        if not isinstance(found, Place):
            raise UndeliverableError(f"channel {target.channel} accepts no replies")
        return found

    async def _is_direct(self, outgoing: Outgoing, sent: Sent) -> bool:
        """Return whether a reply is in direct messages, not in a conversation or a post's thread (which has its id)."""
        if outgoing.people or sent.channel == outgoing.target.message:
            return False
        number = int(sent.channel)
        channel = self._client.get_channel(number) or await self._client.fetch_channel(number)
        return isinstance(channel, discord.DMChannel)

    async def _places(self, outgoing: Outgoing) -> list[Place]:
        """Return where a reply may be: its people's thread, its post's thread if there is one, or the channel."""
        if outgoing.people:
            return [thread] if (thread := self._conversations.earlier_thread(outgoing)) else []
        target = outgoing.target
        places: list[Place] = [await self._channel(target)]
        if target.message and not isinstance(places[0], discord.Thread):
            with suppress(discord.NotFound):
                places.insert(0, await self.threads.get(int(target.message)))
        return places


def _are_words_refused(error: Exception) -> bool:
    return isinstance(error.__cause__, discord.HTTPException) and error.__cause__.code in WORDS_REFUSED


def _is_shut_out(outgoing: Outgoing, error: Exception) -> bool:
    """Return whether Discord no longer lets the bot into a private report's thread: somebody may have removed it."""
    is_in_thread = outgoing.private and outgoing.target.message is not None and not outgoing.people
    return is_in_thread and isinstance(error.__cause__, discord.Forbidden) and error.__cause__.code == NO_ACCESS


@contextmanager
def _given_up_without_access() -> Iterator[None]:
    """Give up changing a reply that the bot may no longer see; reconciling takes it up again (`Missed`)."""
    try:
        yield
    except MissingPermissionError as error:
        if isinstance(error.__cause__, discord.HTTPException) and error.__cause__.code == NO_ACCESS:
            raise UndeliverableError(str(error)) from error.__cause__
        raise


@contextmanager
def _deleted_channel(outgoing: Outgoing) -> Iterator[None]:
    """Turn Discord's word that the channel of a post is deleted into PostGoneError: its event was missed."""
    try:
        yield
    except discord.NotFound as error:
        if error.code == UNKNOWN_CHANNEL and outgoing.target.message and not outgoing.people:
            raise PostGoneError("the post is gone with its channel") from error
        raise
