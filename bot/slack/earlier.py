"""Knows or finds out whether an earlier attempt to send a reply has arrived."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from slack_sdk.errors import SlackApiError

from bot.latest import Latest
from bot.slack.errors import code_of
from bot.slack.messages import is_hidden
from bot.slack.posts import ts_of
from bot.slack.render import metadata
from bot.slack.workspace import SlackWorkspace
from reunite.errors import PostGoneError, UnknownArrivalError
from reunite.ports import Outgoing, Sent

_PAGE: Final = 200
_MAX_PAGES: Final = 5
"""How far back a reply is searched for: 1,000 messages, or 75 for an app that gets 15 at once."""
_CLOCKS_DIFFER: Final = timedelta(hours=2)
"""More than an hour: our clock may have been wrong by that until it was put back."""
_MAX: Final = 1000


@dataclass
class _Search:
    """Where a search is: in the post's thread, or in the channel; and at which page."""

    in_thread: bool
    cursor: str = ""
    pages: int = 0
    post_is_gone: bool = False

    @property
    def is_over(self) -> bool:
        return self.pages >= _MAX_PAGES

    def advance(self, page: Mapping[str, Any]) -> None:
        """Move to the next page, if there is one."""
        self.cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        self.pages = self.pages + 1 if self.cursor else _MAX_PAGES


class EarlierAttempts:
    """Remembers what Slack has certainly not taken, and searches for the rest.

    It also remembers searches that Slack interrupts: an app that gets one page a minute would never finish otherwise.
    """

    def __init__(self) -> None:
        self._searches = Latest[tuple[str, str], _Search](_MAX)
        """By the reply's key and the channel: a refused report post is searched for in direct messages too."""
        self._unsent = Latest[tuple[str, str], None](_MAX)
        """Replies that Slack has certainly not taken, by the same. Some are never tried again: their reports ended."""

    def note_unsent(self, outgoing: Outgoing) -> None:
        """Remember that Slack hasn't taken a reply, so that it needn't be searched for."""
        self._unsent[_place_of(outgoing)] = None

    def may_exist(self, outgoing: Outgoing) -> bool:
        """Return whether an earlier attempt may have arrived."""
        return outgoing.maybe_sent and _place_of(outgoing) not in self._unsent

    async def find(self, workspace: SlackWorkspace, outgoing: Outgoing) -> Sent | None:
        """Return the message of an earlier attempt, found by the key in its metadata; None if there is none.

        Raises PostGoneError if the post to reply to is gone. Slack then showed the reply to the whole channel, so it's
        deleted there. A search without a result is remembered until `forget`.
        """
        at = _place_of(outgoing)
        search = self._searches.get(at) or _Search(in_thread=bool(outgoing.target.message))
        self._searches[at] = search
        found = await _search(workspace, outgoing, search)
        if found is None and search.post_is_gone and search.in_thread:
            search = self._searches[at] = _Search(in_thread=False, post_is_gone=True)
            found = await _search(workspace, outgoing, search)
        if search.post_is_gone and not search.in_thread:
            if found:
                await workspace.client.chat_delete(channel=found.channel, ts=found.message)
            self.forget(outgoing)
            raise PostGoneError("the post to reply to is gone")
        if found:
            self.forget(outgoing)
        return found

    async def other(self, workspace: SlackWorkspace, outgoing: Outgoing, sent: Sent) -> Sent | None:
        """Return another message of the same reply, whose sending was interrupted; None if there is none."""
        return await _search(workspace, outgoing, _Search(in_thread=bool(outgoing.target.message)), besides=sent)

    def forget(self, outgoing: Outgoing) -> None:
        """Forget what is known of a reply, because it's used or because the reply may be there from now on."""
        self._searches.pop(_place_of(outgoing), None)
        self._unsent.pop(_place_of(outgoing), None)


def _place_of(outgoing: Outgoing) -> tuple[str, str]:
    """Return a reply's key and its channel: a report post that is refused there goes to direct messages."""
    return outgoing.key, outgoing.target.channel


async def _search(
    workspace: SlackWorkspace, outgoing: Outgoing, search: _Search, *, besides: Sent | None = None
) -> Sent | None:
    while not search.is_over:
        page = await _page(workspace, outgoing, search)
        for message in page.get("messages") or ():
            if message.get("subtype") == "tombstone" and message["ts"] == outgoing.target.message:
                search.post_is_gone = True
            is_it = message.get("user") == workspace.bot_user and message.get("metadata") == metadata(outgoing.key)
            if is_it and not (besides and besides.message == message["ts"]):
                return Sent(outgoing.target.channel, message["ts"])
        search.advance(page)
    return None


async def _page(workspace: SlackWorkspace, outgoing: Outgoing, search: _Search) -> Mapping[str, Any]:
    query: dict[str, Any] = {"channel": outgoing.target.channel, "include_all_metadata": True, "limit": _PAGE}
    if search.cursor:
        query["cursor"] = search.cursor
    if outgoing.since:
        query["oldest"] = ts_of(outgoing.since - _CLOCKS_DIFFER)
    try:
        if search.in_thread:
            answer = await workspace.client.conversations_replies(ts=str(outgoing.target.message), **query)
        else:
            answer = await workspace.client.conversations_history(**query)
    except SlackApiError as error:
        if code_of(error) != "thread_not_found":
            raise
        search.post_is_gone = not await is_hidden(workspace, outgoing.target.channel, str(outgoing.target.message))
        return {"messages": ()}
    if not isinstance(answer.data, dict) or "messages" not in answer.data:
        raise UnknownArrivalError("Slack's history says nothing")
    return answer.data
