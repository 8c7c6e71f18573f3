"""Runs work in the background after Slack has been acknowledged."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import structlog

from reunite.errors import TryAgainError, UndeliverableError

PATIENCE: Final = 2.0
"""Seconds that an acknowledgement waits for the work; Slack gives up after three."""
_TRIES: Final = 5
_log = structlog.get_logger(__name__)


class Background:
    """Keeps track of work in progress, and logs its errors, because no caller awaits them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def wait_briefly(self, listening: Awaitable[None]) -> None:
        """Wait for a listener and, for as long as Slack has patience, for the work it starts.

        Bolt acknowledges once this returns, so what Slack counts as done is in the database, unless that was slow.
        """
        before = set(self._tasks)
        await listening
        if started := self._tasks - before:
            await asyncio.wait(started, timeout=PATIENCE)

    async def finish(self) -> None:
        """Wait for the work in progress."""
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def with_retries(work: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Retry temporary errors of Slack a few times. Raises TryAgainError after the last."""
    for tries_left in reversed(range(_TRIES)):
        try:
            await work()
        except TryAgainError as error:
            if not tries_left:
                raise
            await asyncio.sleep(error.after or 1)
        else:
            return


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except (TryAgainError, UndeliverableError) as error:
        _log.warning("slack_work_abandoned", reason=str(error))
    except Exception:  # noqa: BLE001 - see the class
        _log.exception("slack_defect")
