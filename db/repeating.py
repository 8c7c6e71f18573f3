"""Runs a step repeatedly: a failure never ends the process and is always logged."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from db.trouble import log_failure

_log = structlog.get_logger(__name__)


async def repeat(step: Callable[[], Awaitable[object]], every: float, event: str, **ids: str) -> None:
    """Take a step until cancelled, with a pause of `every` seconds after each.

    What it raises is logged (`log_failure`).
    """
    while True:
        try:
            await step()
        except Exception as error:  # noqa: BLE001 - the next step may succeed
            log_failure(_log, event, error, **ids)
        await asyncio.sleep(every)
