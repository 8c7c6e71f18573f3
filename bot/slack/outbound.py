"""Sends, edits and removes replies on Slack, with their pictures and reactions."""

from contextlib import suppress
from dataclasses import replace
from typing import Final

import structlog
from slack_sdk.errors import SlackApiError

from bot.direct import has_moved, saying_why
from bot.slack.channel_pace import ChannelPace
from bot.slack.earlier import EarlierAttempts
from bot.slack.errors import (
    cause_of,
    code_of,
    is_closed,
    is_refusal,
    seconds_put_off,
    slack_errors,
)
from bot.slack.lookup import is_direct
from bot.slack.messages import message_at
from bot.slack.pictures import Pictures
from bot.slack.posts import link_of
from bot.slack.verdicts import Verdicts
from bot.slack.workspace import SlackWorkspace
from bot.slack.workspaces import Workspaces
from bot.slack.writing import AsFarAsTaken, is_astray, post, react, update
from db.slack_pictures import SlackPictures
from reunite.entities import PlatformName, ReplyTarget
from reunite.errors import (
    MissingScopeError,
    PostGoneError,
    PutOffError,
    TryAgainError,
    UndeliverableError,
    UnknownArrivalError,
)
from reunite.ports import Outgoing, Sent

TAKEN_UP: Final = "eyes"
RETURNED: Final = "white_check_mark"
_GONE: Final = {"message_not_found", "thread_not_found"}

_log = structlog.get_logger(__name__)


class SlackPlatform:
    """`reunite.ports.Platform` for every workspace that the app is in."""

    name: PlatformName = "slack"
    sends_pictures = True

    def __init__(self, workspaces: Workspaces, verdicts: Verdicts, uploaded: SlackPictures) -> None:
        self._workspaces = workspaces
        self._verdicts = verdicts
        self._pace = ChannelPace()
        self._pictures = Pictures(uploaded)
        self._earlier = EarlierAttempts()
        self._taken = AsFarAsTaken()

    async def send(self, outgoing: Outgoing) -> Sent:
        """Post a reply, unless an earlier attempt arrived.

        A report post that is refused goes to its author, and so does a reply in a channel where the bot can't write.
        """
        workspace = await self._workspace(outgoing.target)
        if outgoing.people:
            return await self._send(workspace, await _between(workspace, outgoing))
        if outgoing.for_all and is_direct(outgoing.target.channel):
            raise UndeliverableError("what is for all isn't sent to one person")
        try:
            return await self._send(workspace, outgoing)
        except UndeliverableError as error:
            is_for_author = outgoing.reply.opens_thread or (outgoing.target.message and is_closed(error))
            if not (is_for_author and outgoing.author):
                self._earlier.forget(outgoing)
                raise
            _log.warning("slack_post_refused", channel=outgoing.target.channel, reason=str(error))
            with slack_errors():
                sent = await self._send(workspace, await _to_author(workspace, outgoing))
            self._earlier.forget(outgoing)
            return sent

    async def _send(self, workspace: SlackWorkspace, outgoing: Outgoing) -> Sent:
        self._reserve(outgoing)
        with slack_errors():
            may_exist = self._earlier.may_exist(outgoing)
            sent = await self._find_earlier(workspace, outgoing) if may_exist else None
            if sent:
                self._pace.release(outgoing.target.channel, outgoing.key)
                if outgoing.reply.match:  # people may have reacted before it was recorded
                    self._verdicts.compare_once_recorded(workspace, (sent.channel, sent.message))
            else:
                sent = await self._post(workspace, outgoing)
                if may_exist:
                    sent = await self._without_copy(workspace, outgoing, sent)
            self._pictures.forget(outgoing)
            await _mark(workspace, outgoing)
            return sent

    async def _find_earlier(self, workspace: SlackWorkspace, outgoing: Outgoing) -> Sent | None:
        try:
            with slack_errors():
                return await self._earlier.find(workspace, outgoing)
        except PostGoneError:
            raise
        except (MissingScopeError, UndeliverableError) as error:
            raise UnknownArrivalError(str(error)) from error

    async def _without_copy(self, workspace: SlackWorkspace, outgoing: Outgoing, sent: Sent) -> Sent:
        """Keep the older message if another attempt has arrived since the search; return the one that stays.

        So two attempts at once keep the same one. If Slack doesn't say whether there is another, ours stays.
        """
        kept = sent
        try:
            with slack_errors():
                if other := await self._earlier.other(workspace, outgoing, sent):
                    kept, copy = sorted((sent, other), key=lambda message: message.message)
                    await workspace.client.chat_delete(channel=copy.channel, ts=copy.message)
        except (TryAgainError, UndeliverableError) as error:
            if cause_of(error) not in _GONE:
                _log.warning("slack_copies_unknown", key=outgoing.key, reason=str(error))
        if outgoing.reply.match and kept != sent:  # people may have reacted before it was recorded
            self._verdicts.compare_once_recorded(workspace, (kept.channel, kept.message))
        return kept

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        workspace = await self._workspace(outgoing.target)
        with slack_errors():
            shown = outgoing
            if not (outgoing.people or outgoing.private) and is_direct(sent.channel) and has_moved(outgoing, sent):
                shown = await _saying_why(workspace, outgoing)
            file = await self._pictures.file_of(workspace, shown)
            if shown.picture and not file:  # an older picture is better than none
                file = await self._pictures.earlier_file(workspace, outgoing.key)
            await self._taken.write(outgoing.key, file, lambda file, form: update(workspace, shown, sent, file, form))
            await self._pictures.delete(workspace, outgoing.key, shown=file)
            self._pictures.forget(outgoing)

    def _reserve(self, outgoing: Outgoing) -> None:
        try:
            self._pace.reserve(outgoing.target.channel, outgoing.key, ahead=outgoing.ahead)
        except PutOffError:
            if not outgoing.maybe_sent:
                self._earlier.note_unsent(outgoing)
            raise

    async def _post(self, workspace: SlackWorkspace, outgoing: Outgoing) -> Sent:
        file = await self._pictures.file_in_time(workspace, outgoing)
        channel, key = outgoing.target.channel, outgoing.key
        is_first = not self._earlier.may_exist(outgoing)
        try:
            async with self._pace.turn(channel, key):
                self._earlier.forget(outgoing)
                posted = await self._taken.write(key, file, lambda file, form: post(workspace, outgoing, file, form))
        except PutOffError:
            if is_first:
                self._earlier.note_unsent(outgoing)
            raise
        except SlackApiError as error:
            seconds = seconds_put_off(error)
            if is_refusal(error) or (is_first and seconds is not None):
                self._earlier.note_unsent(outgoing)
            if seconds is not None:
                self._pace.hold(channel, key, seconds)
            raise
        # It's there now: if the check fails, the next attempt has to search for it.
        sent = Sent(posted.get("channel") or channel, posted["ts"])
        is_in_thread = not outgoing.target.message or "thread_ts" in (posted.get("message") or {})
        if not is_in_thread and await is_astray(workspace, sent):
            # The root of the thread has just been deleted: Slack then posts to the whole channel.
            await workspace.client.chat_delete(channel=sent.channel, ts=sent.message)
            raise PostGoneError("the post to reply to is gone")
        return sent

    async def remove(self, outgoing: Outgoing, sent: Sent | None) -> None:
        """Delete a reply; it or its thread may be gone already. A channel without the bot counts as not found."""
        workspace = await self._workspace(outgoing.target)
        with slack_errors():
            if outgoing.people and not sent:
                outgoing = await _between(workspace, outgoing)
            try:
                if found := sent or await self._earlier.find(workspace, outgoing):
                    await workspace.client.chat_delete(channel=found.channel, ts=found.message)
            except PostGoneError:
                _log.debug("slack_post_gone", post=outgoing.target.message)  # and the reply with it
            except SlackApiError as error:
                if code_of(error) not in _GONE:
                    raise
            await self._pictures.delete(workspace, outgoing.key)
            self._earlier.forget(outgoing)

    async def photo_url(self, target: ReplyTarget, name: str) -> str | None:
        """Return a link to a post's photo; None if either is gone. The bot may be invited into its channel again."""
        workspace = await self._workspace(target)
        try:
            with slack_errors():
                message = await message_at(workspace, target.channel, str(target.message))
                return await link_of(workspace, message, name) if message else None
        except UndeliverableError as error:
            if is_closed(error):
                raise TryAgainError("the bot can't read the channel") from error
            raise

    async def acknowledge(self, target: ReplyTarget) -> None:
        """React to a post with 👀. Idempotent."""
        workspace = await self._workspace(target)
        with slack_errors():
            try:
                await react(workspace, target, TAKEN_UP, given=True)
            except SlackApiError as error:
                if code_of(error) != "message_not_found":
                    raise
                raise PostGoneError("the post is gone") from error

    async def _workspace(self, target: ReplyTarget) -> SlackWorkspace:
        workspace = await self._workspaces.get(target.workspace)
        if workspace is None:
            raise UndeliverableError(f"the app is no longer in workspace {target.workspace}")
        return workspace


async def _mark(workspace: SlackWorkspace, outgoing: Outgoing) -> None:
    """Show on a thread's post whether the item is returned; the reply in the thread matters more."""
    if outgoing.reply.kind in {"returned", "reopened"} and outgoing.target.message:
        with suppress(SlackApiError):
            await react(workspace, outgoing.target, RETURNED, given=outgoing.reply.kind == "returned")


async def _to_author(workspace: SlackWorkspace, outgoing: Outgoing) -> Outgoing:
    """Return a reply as a direct message to the report's author, with a line that says why."""
    target = replace(outgoing.target, channel=await workspace.direct(outgoing.author), message=None)
    return replace(await _saying_why(workspace, outgoing), target=target)


async def _saying_why(workspace: SlackWorkspace, outgoing: Outgoing) -> Outgoing:
    return saying_why(outgoing, (await workspace.person(outgoing.author)).language)


async def _between(workspace: SlackWorkspace, outgoing: Outgoing) -> Outgoing:
    """Return a reply as a message in the direct messages of its people and the bot, which Slack opens once.

    Raises UndeliverableError if the app may open none: their threads then say so, instead of waiting for the scope.
    """
    try:
        with slack_errors():
            channel = await workspace.direct(*outgoing.people)
    except MissingScopeError as error:
        raise UndeliverableError(str(error)) from error
    return replace(outgoing, target=replace(outgoing.target, channel=channel, message=None))
