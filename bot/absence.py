"""Regularly asks the platform which workspaces removed the bot while it was down."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

import structlog

from db.repeating import repeat
from db.trouble import logging_failures
from reunite.absence import IsThere, absent_for_long
from reunite.entities import PlatformName
from reunite.ports import Store

_CHECK_EVERY_SECONDS: Final = 6 * 3600.0

_log = structlog.get_logger(__name__)


async def watch_absence(
    store: Store,
    platform: PlatformName,
    start_check: Callable[[], Awaitable[IsThere]],
    leave: Callable[[str], Awaitable[None]],
) -> None:
    """Until cancelled, check regularly, and leave the workspaces that have been without the bot for long enough.

    `start_check` returns what says whether one workspace still has the bot. It raises if the platform can't be reached.
    """

    async def check() -> None:
        for workspace in await absent_for_long(store, platform, await start_check(), datetime.now(UTC)):
            with logging_failures(_log, "absence", platform=platform, workspace=workspace):
                await leave(workspace)
                _log.info("absent_workspace_left", platform=platform, workspace=workspace)

    await repeat(check, _CHECK_EVERY_SECONDS, "absence_check", platform=platform)
