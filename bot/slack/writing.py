"""Writes messages and reactions on Slack."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, TypeVar

import structlog
from slack_sdk.errors import SlackApiError

from bot.slack.errors import HiddenPostError, code_of, is_no_answer
from bot.slack.lookup import is_direct
from bot.slack.messages import is_hidden, message_at
from bot.slack.render import Element, blocks, metadata, notification, words_alone
from bot.slack.workspace import SlackWorkspace
from reunite.entities import ReplyTarget
from reunite.errors import TryAgainError
from reunite.messages.reply import Reply
from reunite.ports import Outgoing, Sent

_PICTURE_REFUSED: Final = {
    "file_deleted",
    "file_not_found",
    "invalid_blocks",
    "missing_file_data",
    "slack_connect_file_link_sharing_blocked",
    "slack_connect_file_upload_sharing_blocked",
}
"""The last two: an organisation allows no files in the channels that it shares with others."""

_BLOCKS_REFUSED: Final = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}
"""The limit behind the last one isn't documented, nor what it counts."""

_T = TypeVar("_T")
_log = structlog.get_logger(__name__)


async def as_far_as_taken(
    key: str, file: str | None, write: Callable[[str | None, bool], Coroutine[Any, Any, _T]]
) -> _T:
    """Write a message with its picture, without it, or only its words, whichever Slack takes first: they matter most.

    `write` gets the picture's file, and whether only words are to be written.
    """
    try:
        return await write(file, False)  # noqa: FBT003 - see above
    except SlackApiError as error:
        if file is not None and code_of(error) in _PICTURE_REFUSED:
            _log.warning("slack_picture_refused", key=key)
            return await as_far_as_taken(key, None, write)
        if code_of(error) not in _BLOCKS_REFUSED:
            raise
        _log.error("slack_blocks_refused", key=key, error=code_of(error))
        return await write(None, True)  # noqa: FBT003 - see above


def _for_those_in(channel: str, reply: Reply) -> Reply:
    """Return a reply as it's said in a channel: in someone's direct messages, no moderator can react to a match."""
    return reply.without_small_print() if is_direct(channel) else reply


async def _blocks(
    workspace: SlackWorkspace, outgoing: Outgoing, channel: str, file: str | None, *, only_words: bool
) -> list[Element]:
    if only_words:
        return words_alone(_for_those_in(channel, outgoing.reply))
    reply, language = _for_those_in(channel, outgoing.reply), outgoing.language or "en"
    if not outgoing.language and (file or reply.buttons):
        language = await workspace.language()
    return blocks(reply.with_mentions_in(workspace.team), workspace.links_in(channel), file, language)


async def update(
    workspace: SlackWorkspace, outgoing: Outgoing, sent: Sent, file: str | None, *, only_words: bool
) -> None:
    await workspace.client.chat_update(
        channel=sent.channel,
        ts=sent.message,
        text=notification(_for_those_in(sent.channel, outgoing.reply)),
        blocks=await _blocks(workspace, outgoing, sent.channel, file, only_words=only_words),
        metadata=dict(metadata(outgoing.key)),
    )


async def post(
    workspace: SlackWorkspace, outgoing: Outgoing, file: str | None, *, only_words: bool
) -> Mapping[str, Any]:
    target = outgoing.target
    if target.message:
        await _check_shown(workspace, target.channel, target.message)
    posted = await workspace.client.chat_postMessage(
        channel=target.channel,
        thread_ts=target.message,
        text=notification(_for_those_in(target.channel, outgoing.reply)),
        blocks=await _blocks(workspace, outgoing, target.channel, file, only_words=only_words),
        metadata=dict(metadata(outgoing.key)),
        unfurl_links=False,
        unfurl_media=False,
    )
    return posted.data if isinstance(posted.data, dict) else {}


async def _check_shown(workspace: SlackWorkspace, channel: str, post: str) -> None:
    """Raise HiddenPostError if Slack says that it hides a post; if it doesn't say, the reply is tried."""
    try:
        if await is_hidden(workspace, channel, post):
            raise HiddenPostError("the post to reply to is hidden")
    except SlackApiError as error:
        if not is_no_answer(error):
            raise


async def is_astray(workspace: SlackWorkspace, sent: Sent) -> bool:
    """Return whether a reply stands in the channel itself: a channel's history has no replies in threads."""
    try:
        reply = await message_at(workspace, sent.channel, sent.message)
    except SlackApiError as error:
        if not is_no_answer(error):
            raise
        return False
    except TryAgainError:  # the history says nothing
        return False
    return reply is not None and "thread_ts" not in reply


async def react(workspace: SlackWorkspace, target: ReplyTarget, name: str, *, given: bool) -> None:
    react = workspace.client.reactions_add if given else workspace.client.reactions_remove
    try:
        await react(channel=target.channel, timestamp=str(target.message), name=name)
    except SlackApiError as error:
        if code_of(error) not in {"already_reacted", "no_reaction"}:
            raise
