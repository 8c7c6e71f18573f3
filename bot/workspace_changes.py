"""Follows what other processes change: bots keep the settings and channels of workspaces in memory."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Final

from db.repeating import repeat
from db.store import Store
from reunite.entities import PlatformName

_RETRY_SECONDS: Final = 1.0

Reread = Callable[[str], Awaitable[None]]
"""Reads again what is kept of a workspace, by the platform's id; one that isn't kept is nothing to it."""


async def follow_changes(
    store: Store, platform: PlatformName, kept: Callable[[], Iterable[str]], reread: Reread
) -> None:
    """Have each workspace that is changed read again, until cancelled; `kept` returns those in memory."""
    follow = partial(_follow, store, platform, kept, reread)
    await repeat(follow, _RETRY_SECONDS, "workspace_changes", platform=platform)


async def _follow(store: Store, platform: PlatformName, kept: Callable[[], Iterable[str]], reread: Reread) -> None:
    """Follow changes until the connection breaks; begin with those that nobody has told us of."""
    async with store.workspace_changes(platform) as changed:
        for workspace in [*kept()]:
            await reread(workspace)
        async for workspace in changed:
            await reread(workspace)
