"""Finds out whether a reply whose sending was interrupted has arrived."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bot.slack.posts import ts_of
from bot.slack.render import metadata
from bot.slack.workspace import SlackWorkspace
from reunite.ports import Outgoing, Sent

_PAGE: Final = 200
_MOST_PAGES: Final = 5
"""How far back a reply is searched for: 1,000 messages, or 75 for an app that gets 15 at once."""
_CLOCKS_DIFFER: Final = timedelta(hours=1)
_MOST: Final = 1000


@dataclass
class _Search:
    cursor: str = ""
    pages: int = 0


class Earlier:
    """Remembers searches that Slack interrupts: an app that gets one page a minute would begin again without end."""

    def __init__(self) -> None:
        self._searches: dict[str, _Search] = {}

    async def find(self, workspace: SlackWorkspace, outgoing: Outgoing) -> Sent | None:
        """Return the message of an earlier try, found by the key in its metadata; None if there is none."""
        search = self._searches.setdefault(outgoing.key, _Search())
        if len(self._searches) > _MOST:
            del self._searches[next(iter(self._searches))]
        found = None
        while found is None and search.pages < _MOST_PAGES:
            page = await _page(workspace, outgoing, search.cursor)
            found = _found(workspace, outgoing, page)
            search.cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            search.pages = search.pages + 1 if search.cursor else _MOST_PAGES
        self._searches.pop(outgoing.key, None)
        return found


async def _page(workspace: SlackWorkspace, outgoing: Outgoing, cursor: str) -> Mapping[str, Any]:
    target, client = outgoing.target, workspace.client
    asked: dict[str, Any] = {"channel": target.channel, "include_all_metadata": True, "limit": _PAGE}
    if cursor:
        asked["cursor"] = cursor
    if outgoing.since:
        asked["oldest"] = ts_of(outgoing.since - _CLOCKS_DIFFER)
    if target.message:
        answer = await client.conversations_replies(ts=target.message, **asked)
    else:
        answer = await client.conversations_history(**asked)
    return answer.data if isinstance(answer.data, dict) else {}


def _found(workspace: SlackWorkspace, outgoing: Outgoing, page: Mapping[str, Any]) -> Sent | None:
    for message in page["messages"]:
        if message.get("user") == workspace.bot_user and message.get("metadata") == metadata(outgoing.key):
            return Sent(outgoing.target.channel, message["ts"])
    return None
