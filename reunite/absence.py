"""Workspaces that removed the bot while it was away: deleted once their platform has said so for a week."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from reunite.entities import PlatformName
from reunite.ports import Store

GRACE: Final = timedelta(days=7)
"""Longer than any outage in which a platform may wrongly say that the bot isn't there."""

IsThere = Callable[[str], Awaitable[bool | None]]
"""Asks a platform whether the bot is in a workspace, by the workspace's id; None if the platform can't say."""


async def absent_for_long(store: Store, platform: PlatformName, is_there: IsThere, now: datetime) -> list[str]:
    """Note which of a platform's workspaces the bot is no longer in; return the ids of those to delete."""
    gone = []
    for workspace, absent_since in await store.known_workspaces(platform):
        there = await is_there(workspace.external_id)
        if there is False and absent_since and now - absent_since >= GRACE:
            gone.append(workspace.external_id)
        elif there is False and absent_since is None:
            await store.note_absence(workspace, now)
        elif there and absent_since:
            await store.note_absence(workspace, None)
    return gone
