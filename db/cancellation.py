"""Ending tasks that talk to the database."""

import asyncio
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
        _ = task.cancelled() or task.exception()  # or asyncio would complain that nobody has asked for it
