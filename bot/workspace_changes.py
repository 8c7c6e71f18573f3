"""Follows what other processes change: bots keep the settings and channels of workspaces in memory."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Final

import structlog

from db.repeating import repeat
from db.store import Store
from db.trouble import logging_failures
from reunite.entities import PlatformName
from reunite.errors import NotJoinedError

_log = structlog.get_logger(__name__)

_RETRY_SECONDS: Final = 1.0

Reread = Callable[[str], Awaitable[None]]
"""Reads again what is kept of a workspace, by the platform's id; it ignores workspaces that aren't in memory."""


async def follow_changes(
    store: Store, platform: PlatformName, kept: Callable[[], Iterable[str]], reread: Reread
) -> None:
    """Have each workspace that is changed read again, until cancelled; `kept` returns those in memory."""
    follow = partial(_follow, store, platform, kept, reread)
    await repeat(follow, _RETRY_SECONDS, "workspace_changes", platform=platform)


async def _follow(store: Store, platform: PlatformName, kept: Callable[[], Iterable[str]], reread: Reread) -> None:
    """Follow changes until the connection breaks. First reread all: changes may have been missed."""
    async with store.workspace_changes(platform) as changed:
        for workspace in [*kept()]:
            await _reread(workspace, reread)
        async for workspace in changed:
            await _reread(workspace, reread)


async def _reread(workspace: str, reread: Reread) -> None:
    """Reread a workspace. One that fails doesn't hold up the others; it's read at its next change.

    One that has just removed the bot isn't joined any more.
    """
    with logging_failures(_log, "workspace_reread", workspace=workspace), suppress(NotJoinedError):
        await reread(workspace)
