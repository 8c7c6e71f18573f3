"""Ending tasks that talk to the database."""

import asyncio
from typing import Any, Final

_AGAIN: Final = 0.5
"""Seconds between two cancellations of one task."""


async def stop(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks until they are done; what they raise is left to whoever asks them.

    Once is not enough: before Python 3.12 an answer of the database that comes in the same moment swallows a
    cancellation (`asyncio.wait_for`, within psycopg), and a task that goes on for ever would do so.
    """
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=_AGAIN)
