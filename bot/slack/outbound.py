"""Sends, edits and removes replies on Slack, with their pictures and reactions."""

import asyncio
from contextlib import suppress
from typing import Any, Final

import structlog
from slack_sdk.errors import SlackApiError

from bot.slack.errors import OK, TEMPORARY, TOKEN_REFUSED, code_of, slack_errors
from bot.slack.posts import link_of, message_at
from bot.slack.render import blocks, metadata, notification
from bot.slack.workspace import SlackWorkspace
from bot.slack.workspaces import Workspaces
from reunite.entities import PlatformName, ReplyTarget
from reunite.errors import UndeliverableError
from reunite.ports import Outgoing, Sent

TAKEN_UP: Final = "eyes"
RETURNED: Final = "white_check_mark"
_PAGE: Final = 200
_MOST_PAGES: Final = 5
"""How far back a reply is searched for: 1,000 messages."""
_UPLOAD_CHECKS: Final = 10
_UPLOAD_PAUSE: Final = 0.5
"""Seconds between checks whether Slack has processed the uploaded picture."""
_GONE: Final = {"message_not_found", "channel_not_found", "thread_not_found"}

_log = structlog.get_logger(__name__)


class SlackPlatform:
    """`reunite.ports.Platform` for every workspace that the app is in."""

    name: PlatformName = "slack"

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    async def send(self, outgoing: Outgoing) -> Sent:
        """Post a reply, unless an earlier attempt arrived."""
        workspace = await self._workspace(outgoing.target)
        with slack_errors():
            earlier = await _earlier(workspace, outgoing) if outgoing.maybe_sent else None
            sent = earlier or await _post(workspace, outgoing)
            await _mark(workspace, outgoing)
            return sent

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        workspace = await self._workspace(outgoing.target)
        with slack_errors():
            file = await _upload(workspace, outgoing.picture) if outgoing.picture else None
            await workspace.client.chat_update(
                channel=sent.channel,
                ts=sent.message,
                text=notification(outgoing.reply),
                blocks=blocks(outgoing.reply, workspace.link_to, file),
                metadata=dict(metadata(outgoing.key)),
            )

    async def remove(self, outgoing: Outgoing, sent: Sent | None) -> None:
        """Delete a reply; it, its thread or its channel may be gone already."""
        workspace = await self._workspace(outgoing.target)
        with slack_errors():
            try:
                if found := sent or await _earlier(workspace, outgoing):
                    await workspace.client.chat_delete(channel=found.channel, ts=found.message)
            except SlackApiError as error:
                if code_of(error) not in _GONE:
                    raise

    async def photo_url(self, target: ReplyTarget, name: str) -> str | None:
        """Return a link to a post's photo; None where either is gone."""
        workspace = await self._workspace(target)
        with slack_errors():
            message = await message_at(workspace, target.channel, str(target.message))
            return await link_of(workspace, message, name) if message else None

    async def acknowledge(self, target: ReplyTarget) -> None:
        """React to a post with 👀; a second time changes nothing."""
        workspace = await self._workspace(target)
        with slack_errors():
            await _react(workspace, target, TAKEN_UP, given=True)

    async def _workspace(self, target: ReplyTarget) -> SlackWorkspace:
        workspace = await self._workspaces.get(target.workspace)
        if workspace is None:
            raise UndeliverableError(f"the app is no longer in workspace {target.workspace}")
        return workspace


async def _mark(workspace: SlackWorkspace, outgoing: Outgoing) -> None:
    """Show on a thread's post whether the item is returned; the reply in the thread matters more."""
    if outgoing.reply.kind in {"returned", "reopened"} and outgoing.target.message:
        with suppress(SlackApiError):
            await _react(workspace, outgoing.target, RETURNED, given=outgoing.reply.kind == "returned")


async def _react(workspace: SlackWorkspace, target: ReplyTarget, name: str, *, given: bool) -> None:
    react = workspace.client.reactions_add if given else workspace.client.reactions_remove
    try:
        await react(channel=target.channel, timestamp=str(target.message), name=name)
    except SlackApiError as error:
        if code_of(error) not in {"already_reacted", "no_reaction"}:
            raise


async def _post(workspace: SlackWorkspace, outgoing: Outgoing) -> Sent:
    file = await _upload(workspace, outgoing.picture) if outgoing.picture else None
    try:
        return await _post_with(workspace, outgoing, file)
    except SlackApiError as error:
        if file is None or code_of(error) != "invalid_blocks":
            raise
        _log.warning("slack_picture_refused", key=outgoing.key)  # the words matter more
        return await _post_with(workspace, outgoing, None)


async def _post_with(workspace: SlackWorkspace, outgoing: Outgoing, file: str | None) -> Sent:
    target = outgoing.target
    posted = await workspace.client.chat_postMessage(
        channel=target.channel,
        thread_ts=target.message,
        text=notification(outgoing.reply),
        blocks=blocks(outgoing.reply, workspace.link_to, file),
        metadata=dict(metadata(outgoing.key)),
        unfurl_links=False,
        unfurl_media=False,
    )
    message: dict[str, Any] = posted["message"]
    if target.message and "thread_ts" not in message:
        # The root of the thread has just been deleted: Slack then posts to the whole channel.
        await workspace.client.chat_delete(channel=posted["channel"], ts=posted["ts"])
        raise UndeliverableError("the post to reply to is gone")
    return Sent(posted["channel"], posted["ts"])


async def _upload(workspace: SlackWorkspace, picture: bytes) -> str | None:
    """Upload a picture and wait until it can be shown; None where Slack refuses it."""
    try:
        uploaded = await workspace.client.files_upload_v2(filename="match.jpg", file=picture)
        file = str(uploaded["files"][0]["id"])
        for _ in range(_UPLOAD_CHECKS):
            if (await workspace.client.files_info(file=file))["file"].get("mimetype"):
                return file
            await asyncio.sleep(_UPLOAD_PAUSE)
    except SlackApiError as error:
        if code_of(error) in TEMPORARY | TOKEN_REFUSED or error.response.status_code != OK:
            raise
        _log.warning("slack_upload_refused", error=code_of(error))
    return None


async def _earlier(workspace: SlackWorkspace, outgoing: Outgoing) -> Sent | None:
    """Find the message of an earlier attempt that arrived, by the key in its metadata."""
    target, cursor = outgoing.target, None
    for _ in range(_MOST_PAGES):
        if target.message:
            page = await workspace.client.conversations_replies(
                channel=target.channel, ts=target.message, include_all_metadata=True, limit=_PAGE, cursor=cursor
            )
        else:
            page = await workspace.client.conversations_history(
                channel=target.channel, include_all_metadata=True, limit=_PAGE, cursor=cursor
            )
        for message in page["messages"]:
            is_ours = message.get("user") == workspace.bot_user
            if is_ours and message.get("metadata") == metadata(outgoing.key):
                return Sent(target.channel, message["ts"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            break
    return None
