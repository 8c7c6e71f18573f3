"""Runs work in the background after Slack has been acknowledged."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

import structlog

from db.cancellation import stop
from reunite.errors import MissingScopeError, TokenRefusedError, TryAgainError, UndeliverableError

ACKNOWLEDGE_SECONDS: Final = 2.0
"""Seconds that an acknowledgement waits for the work; Slack gives up after three."""
_RETRY_SECONDS: Final = 30.0
"""Seconds of pauses between tries, all together; Slack may ask for longer ones."""
_LONGEST_PAUSE_SECONDS: Final = 60.0
_FINISH_SECONDS: Final = 8.0
"""Seconds that work in progress gets when the bot stops; Docker kills it after ten."""
_log = structlog.get_logger(__name__)


class Background:
    """Keeps track of work in progress, and logs its errors, because no caller awaits them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def start_and_wait(self, work: Coroutine[Any, Any, None]) -> None:
        """Start work and wait for it, for as long as Slack has patience.

        Bolt acknowledges once this returns, so what Slack counts as done is in the database, unless that was slow.
        """
        await asyncio.wait({self.start(work)}, timeout=ACKNOWLEDGE_SECONDS)

    async def finish(self) -> None:
        """Wait for the work in progress, and cancel what takes too long."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_FINISH_SECONDS)
            await stop(*late)


async def with_retries(work: Callable[[], Coroutine[Any, Any, object]], patience: float | None = None) -> None:
    """Retry Slack's temporary errors, after the pause it asks for or after growing ones.

    Raises TryAgainError once `patience` seconds are spent. A missing scope or a refused token isn't retried: a person
    has to fix it.
    """
    patience, step = _RETRY_SECONDS if patience is None else patience, 1.0
    while True:
        try:
            await work()
        except (MissingScopeError, TokenRefusedError):
            raise
        except TryAgainError as error:
            pause = error.after or step
            patience -= pause
            if patience < 0:
                raise
            await asyncio.sleep(pause)
            step = min(2 * step, _LONGEST_PAUSE_SECONDS)
        else:
            return


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except (TryAgainError, UndeliverableError) as error:
        _log.warning("slack_work_abandoned", reason=str(error))
    except Exception:  # noqa: BLE001 - see the class
        _log.exception("slack_defect")
