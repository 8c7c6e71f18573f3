"""Runs a step repeatedly: a failure never ends the process and is always logged."""

import asyncio
from collections.abc import Awaitable, Callable

import psycopg
import structlog

from db.trouble import is_temporary

_log = structlog.get_logger(__name__)


async def repeat(step: Callable[[], Awaitable[object]], every: float, event: str, **ids: str) -> None:
    """Take a step until cancelled, with a pause of `every` seconds after each.

    What it raises is logged: temporary trouble as `{event}_interrupted`, a defect as `{event}_defect`.
    """
    while True:
        try:
            await step()
        except Exception as error:  # noqa: BLE001 - the next step may succeed
            # A migration may be why a statement is wrong, but if that's our mistake, it needs its traceback.
            if is_temporary(error) and not isinstance(error, psycopg.ProgrammingError):
                _log.warning(f"{event}_interrupted", error=type(error).__name__, **ids)
            else:
                _log.exception(f"{event}_defect", **ids)
        await asyncio.sleep(every)
