"""Cancels tasks that talk to the database."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

_CANCEL_AGAIN_SECONDS: Final = 0.5
"""Seconds between two cancellations of one task."""


async def stop(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks, repeatedly, until they are done. Doesn't raise their exceptions.

    Cancelling once isn't enough: before Python 3.12, `asyncio.wait_for` (in psycopg's pool) swallows a cancellation
    that coincides with the database's response, and an endless task would keep running.
    """
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=_CANCEL_AGAIN_SECONDS)
    for task in tasks:
        _ = task.cancelled() or task.exception()  # retrieved, so that asyncio doesn't warn


async def first_to_end(*endless: Coroutine[Any, Any, None]) -> None:
    """Run coroutines until one of them ends or fails, then stop the others.

    Not a task group: that cancels its tasks only once, and would wait forever for one that swallowed the cancellation.
    """
    tasks = [asyncio.create_task(loop) for loop in endless]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()  # raises its exception
    finally:
        await asyncio.shield(stop(*tasks))  # continues even if we are cancelled again
