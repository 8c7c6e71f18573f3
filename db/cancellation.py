"""Ending tasks that talk to the database."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

_AGAIN: Final = 0.5
"""Seconds between two cancellations of one task."""


async def stop(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks until they are done; their exceptions stay in the tasks.

    Once isn't enough: before Python 3.12, a response of the database at the same moment swallows a cancellation
    (`asyncio.wait_for`, within psycopg's pool), and an endless task would continue.
    """
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=_AGAIN)
    for task in tasks:
        _ = task.cancelled() or task.exception()  # or asyncio would warn that it was never retrieved


async def first_to_end(*endless: Coroutine[Any, Any, None]) -> None:
    """Run coroutines until one of them ends or fails, then stop the others.

    Once it's cancelled, a task group waits for its tasks without cancelling them again: one that has swallowed its
    cancellation would keep it forever.
    """
    tasks = [asyncio.create_task(loop) for loop in endless]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()  # raises why
    finally:
        await asyncio.shield(stop(*tasks))  # it goes on if another cancellation comes meanwhile
