"""Regularly asks the platform which workspaces removed the bot while it was down."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

import structlog

from reunite.absence import IsThere, absent_for_long
from reunite.entities import PlatformName
from reunite.ports import Store

_EVERY: Final = 6 * 3600.0
"""Seconds between two looks."""

_log = structlog.get_logger(__name__)


async def watch(
    store: Store,
    platform: PlatformName,
    ask: Callable[[], Awaitable[IsThere]],
    leave: Callable[[str], Awaitable[None]],
) -> None:
    """Check regularly until cancelled, and leave workspaces that have been gone for long.

    `ask` begins a look, and fails where the platform can't be asked.
    """
    while True:
        try:
            for workspace in await absent_for_long(store, platform, await ask(), datetime.now(UTC)):
                await leave(workspace)
                _log.info("absent_workspace_left", platform=platform, workspace=workspace)
        except Exception:  # noqa: BLE001 - the next look may succeed
            _log.exception("absence_unknown", platform=platform)
        await asyncio.sleep(_EVERY)
