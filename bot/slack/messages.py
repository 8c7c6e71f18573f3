"""Asks Slack for messages that are there already, and whether they still are."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.errors import code_of, is_no_answer, part_of, seconds_put_off, slack_errors
from bot.slack.posts import Body, ts_of
from bot.slack.workspace import SlackWorkspace

_DELETED: Final = "message_not_found"
_PAGE: Final = 200
"""Messages asked for at once; an app outside the Marketplace gets 15, once a minute."""
_SHOWN_FOR: Final = timedelta(days=89)
"""How long Slack's free plan shows a message at least: 90 days, less one because of time zones."""


async def message_at(workspace: SlackWorkspace, channel: str, ts: str) -> Body | None:
    """Return the current version of a message; None if it is gone."""
    page = await _page_at(workspace, channel, ts)
    return next((message for message in part_of(page, "messages") if message["ts"] == ts), None)


async def _page_at(workspace: SlackWorkspace, channel: str, ts: str) -> AsyncSlackResponse:
    return await workspace.client.conversations_history(channel=channel, oldest=ts, latest=ts, inclusive=True, limit=1)


async def is_deleted(workspace: SlackWorkspace, channel: str, ts: str) -> bool:
    """Return whether Slack says that a message is deleted: one that a history lacks may be there all the same."""
    try:
        await workspace.client.reactions_get(channel=channel, timestamp=ts)
    except SlackApiError as error:
        if not is_no_answer(error):
            raise
        return code_of(error) == _DELETED
    return False


def hidden_before() -> str:
    """Return before which moment Slack's free plan may hide messages; `is_limited` is true of newer pages, too."""
    return ts_of(datetime.now(UTC) - _SHOWN_FOR)


async def is_hidden(workspace: SlackWorkspace, channel: str, ts: str) -> bool:
    """Return whether a message that isn't shown may be hidden by Slack's free plan instead of deleted."""
    if ts >= hidden_before():
        return False
    page = await _page_at(workspace, channel, ts)
    return bool(page.get("is_limited")) and not page.get("messages")


async def version_now(workspace: SlackWorkspace, channel: str, known: Body) -> Body | None:
    """Return a message as it is now; None if it is gone. Raises TryAgainError, UndeliverableError.

    An app that may read only one page of history a minute gets the current words, and the rest from `known`.
    """
    with slack_errors():
        return await _version_now(workspace, channel, known)


async def _version_now(workspace: SlackWorkspace, channel: str, known: Body) -> Body | None:
    ts = known["ts"]
    try:
        if found := await message_at(workspace, channel, ts):
            return found
    except SlackApiError as error:
        if seconds_put_off(error) is None and not is_no_answer(error):
            raise
    try:
        answer = await workspace.client.reactions_get(channel=channel, timestamp=ts)
    except SlackApiError as error:
        if code_of(error) == _DELETED:
            return None
        if not (is_no_answer(error) and known.keys() & {"user", "bot_id"}):  # else nobody knows whose it is
            raise
        return known
    message: Body = answer.get("message") or {}
    return {**known, **{name: message[name] for name in ("user", "text", "bot_id") if name in message}}


async def said_in_thread(workspace: SlackWorkspace, channel: str, root: str, user: str) -> Sequence[Body]:
    """Return what someone has written in a thread, its root left out: the first page."""
    page = await workspace.client.conversations_replies(channel=channel, ts=root, limit=_PAGE)
    said: Sequence[Body] = page.get("messages") or ()
    return [message for message in said if message.get("user") == user and message["ts"] != root]


class HistoryPage(NamedTuple):
    """Messages of a channel, newest first."""

    messages: Sequence[Body]
    has_more: bool
    is_limited: bool
    """Whether older ones are hidden: Slack's free plan shows 90 days."""


async def history_page(workspace: SlackWorkspace, channel: str, oldest: str, latest: str) -> HistoryPage:
    """Return the newest messages after `oldest` and before `latest`."""
    page = await workspace.client.conversations_history(channel=channel, oldest=oldest, latest=latest, limit=_PAGE)
    more = page.get("has_more") or (page.get("response_metadata") or {}).get("next_cursor")
    return HistoryPage(part_of(page, "messages"), bool(more), bool(page.get("is_limited")))
