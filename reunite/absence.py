"""Workspaces that removed the bot while it was away: deleted once their platform has said so for a week."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from reunite.entities import PlatformName
from reunite.errors import TryAgainError
from reunite.ports import Store

GRACE: Final = timedelta(days=7)
"""Longer than any outage in which a platform may wrongly say that the bot isn't there."""
LEAVING: Final = datetime.fromtimestamp(0, UTC)
"""Marks a workspace that has removed the bot and whose deletion was begun."""

IsThere = Callable[[str], Awaitable[bool | None]]
"""Asks a platform whether the bot is in a workspace, by the workspace's id; None if the platform can't say, as
without a token. Raises TryAgainError if it doesn't answer."""


async def absent_for_long(store: Store, platform: PlatformName, is_there: IsThere, now: datetime) -> list[str]:
    """Note which of a platform's workspaces the bot is no longer in; return the ids of those to delete."""
    gone = []
    for workspace, absent_since in await store.known_workspaces(platform):
        try:
            there = await is_there(workspace.external_id)
        except TryAgainError:
            continue
        was_left = absent_since == LEAVING and not there  # a process ended while deleting it
        if was_left or (there is False and absent_since and now - absent_since >= GRACE):
            gone.append(workspace.external_id)
        elif there is False and absent_since is None:
            await store.note_absence(workspace, now)
        elif there and absent_since:
            await store.note_absence(workspace, None)
    return gone
