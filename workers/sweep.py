"""The sweep: hints for due work, and whatever is due by the clock: expiry, reminders and digests."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Final, TypeVar
from uuid import UUID

import psycopg
import structlog

from db.queue import ArqQueue
from db.session import CommunitySession
from db.store import Store
from reunite.digest import digest
from reunite.errors import TryAgainError
from reunite.expiry import expire
from reunite.reminders import Due, remind

EVERY: Final = 1.0
"""Seconds between two sweeps."""
_AT_ONCE: Final = 100
_PAUSE: Final = 60.0
"""Seconds before a failed task is tried again."""
_LONGEST: Final = 300.0
"""Seconds after which a hanging sweep is abandoned and the next one begins."""
_CLEAN_EVERY: Final = 3600.0

_Item = TypeVar("_Item", UUID, Due)

_log = structlog.get_logger(__name__)


class Sweep:
    """Finds due tasks. A failed one waits a while without holding up others."""

    def __init__(
        self, store: Store, hints: ArqQueue, rehint_seconds: float, now: Callable[[], datetime], at_once: int = _AT_ONCE
    ) -> None:
        """`now` says when reminders and digests are due."""
        self._store = store
        self._hints = hints
        self._rehint_seconds = rehint_seconds
        self._now = now
        self._at_once = at_once
        self._failed: dict[UUID | Due, float] = {}
        """Until when each is left alone."""
        self._next_cleaning = 0.0

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            try:
                async with asyncio.timeout(_LONGEST):
                    await self.run_once()
            except (TryAgainError, TimeoutError, psycopg.Error) as error:
                _log.warning("sweep_interrupted", error=type(error).__name__)
            except Exception:  # noqa: BLE001 - without the sweep, work whose hint is lost would never be done
                _log.exception("sweep_defect")
            await asyncio.sleep(EVERY)

    async def run_once(self) -> None:
        """Send hints for due work (left by a lost hint, an emptied Redis or a killed worker), expire, remind."""
        if found := await self._hints.hint_due(silence=self._rehint_seconds):
            _log.info("sweep_hinted", works=found)
        await self._do_each(self._store.expired_reports, partial(expire, now=datetime.now(UTC)))
        at = self._now()
        await self._do_each(partial(self._store.due_reminders, at), remind)
        await self._do_each(partial(self._store.due_digests, at), partial(digest, at=at))
        if monotonic() >= self._next_cleaning:
            await self._store.delete_old_jobs()
            self._next_cleaning = monotonic() + _CLEAN_EVERY

    async def _do_each(
        self,
        due: Callable[[int], Awaitable[Sequence[tuple[UUID, _Item]]]],
        act: Callable[[CommunitySession, _Item], Awaitable[None]],
    ) -> None:
        """Do all due tasks, each in a transaction of its own."""
        self._failed = {item: until for item, until in self._failed.items() if until > monotonic()}
        for community, item in await due(self._at_once + len(self._failed)):
            if item in self._failed:
                continue
            try:
                async with self._store.session(community) as session:
                    await act(session, item)
            except Exception as error:
                self._failed[item] = monotonic() + _PAUSE
                if isinstance(error, psycopg.OperationalError):
                    raise  # the database is away
                if isinstance(error, TryAgainError):
                    _log.warning("sweep_postponed", item=str(item), error=str(error))
                else:
                    _log.exception("sweep_item_defect", item=str(item))
