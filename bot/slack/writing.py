"""Writes messages and reactions on Slack."""

from collections.abc import Callable, Coroutine, Mapping
from enum import Enum, auto
from typing import Any, Final, TypeVar

import structlog
from slack_sdk.errors import SlackApiError

from bot.latest import Latest
from bot.slack.errors import HiddenPostError, code_of, is_no_answer
from bot.slack.lookup import is_direct
from bot.slack.messages import is_hidden, message_at
from bot.slack.render import Element, blocks, metadata, notification, plain_blocks
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

_REMEMBERED: Final = 1000
_T = TypeVar("_T")
_log = structlog.get_logger(__name__)


class Form(Enum):
    """How much of a reply's form is written."""

    WHOLE = auto()
    PLAIN = auto()
    """Words, mentions and buttons."""
    WORDS = auto()
    """Words and mentions."""


class AsFarAsTaken:
    """Writes messages with as much of their form as Slack takes: the words matter most."""

    def __init__(self) -> None:
        self._logged = Latest[tuple[str, ...], None](_REMEMBERED)
        """What was refused of which reply, and why: each edit is tried in full again."""

    async def write(
        self, key: str, file: str | None, write: Callable[[str | None, Form], Coroutine[Any, Any, _T]]
    ) -> _T:
        """Write a message with its picture, without it, plainly, or only its words, whichever Slack takes first."""
        try:
            return await write(file, Form.WHOLE)
        except SlackApiError as error:
            if file is not None and code_of(error) in _PICTURE_REFUSED:
                self._log_once(_log.warning, "slack_picture_refused", key, error)
                return await self.write(key, None, write)
            if code_of(error) not in _BLOCKS_REFUSED:
                raise
            self._log_once(_log.error, "slack_blocks_refused", key, error)
        try:
            return await write(None, Form.PLAIN)
        except SlackApiError as error:
            if code_of(error) not in _BLOCKS_REFUSED:
                raise
            self._log_once(_log.error, "slack_buttons_refused", key, error)
            return await write(None, Form.WORDS)

    def _log_once(self, log: Callable[..., Any], event: str, key: str, error: SlackApiError) -> None:
        failure = (key, event, code_of(error))
        if failure not in self._logged:
            self._logged[failure] = None
            log(event, key=key, error=code_of(error))


def _for_those_in(channel: str, reply: Reply) -> Reply:
    """Return a reply as it's said in a channel: in someone's direct messages, no moderator can react to a match."""
    return reply.without_small_print() if is_direct(channel) else reply


async def _blocks(
    workspace: SlackWorkspace, outgoing: Outgoing, channel: str, file: str | None, form: Form
) -> list[Element]:
    reply = _for_those_in(channel, outgoing.reply).with_mentions_in(workspace.team)
    language = outgoing.language or "en"
    if not outgoing.language and (file or reply.buttons or form is Form.WORDS):
        language = await workspace.language()
    if form is Form.WHOLE:
        return blocks(reply, workspace.links_in(channel), file, language)
    return plain_blocks(reply, language, with_buttons=form is Form.PLAIN)


async def update(workspace: SlackWorkspace, outgoing: Outgoing, sent: Sent, file: str | None, form: Form) -> None:
    await workspace.client.chat_update(
        channel=sent.channel,
        ts=sent.message,
        text=notification(_for_those_in(sent.channel, outgoing.reply)),
        blocks=await _blocks(workspace, outgoing, sent.channel, file, form),
        metadata=dict(metadata(outgoing.key)),
    )


async def post(workspace: SlackWorkspace, outgoing: Outgoing, file: str | None, form: Form) -> Mapping[str, Any]:
    target = outgoing.target
    if target.message:
        await _check_shown(workspace, target.channel, target.message)
    posted = await workspace.client.chat_postMessage(
        channel=target.channel,
        thread_ts=target.message,
        text=notification(_for_those_in(target.channel, outgoing.reply)),
        blocks=await _blocks(workspace, outgoing, target.channel, file, form),
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
