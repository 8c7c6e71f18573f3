"""Work that goes on after Slack was acknowledged."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from reunite.errors import TryAgainError, UndeliverableError

_log = structlog.get_logger(__name__)


class Background:
    """Keeps account of what is under way; what fails there is told in the log, the one place left."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin some work."""
        task = asyncio.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Wait for what is still under way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except (TryAgainError, UndeliverableError) as error:
        _log.warning("slack_unanswered", reason=str(error))
    except Exception:  # noqa: BLE001 - see the class
        _log.exception("slack_defect")
