"""The sweep: sends hints for due work, and runs what's due by the clock: the ends of reports, reminders and digests."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime
from functools import partial
from random import shuffle
from time import monotonic
from typing import Any, Final, TypeVar
from uuid import UUID

import structlog

from db.queue import ArqQueue
from db.repeating import repeat
from db.session import CommunitySession
from db.store import Store
from db.trouble import is_away, log_failure
from reunite.claim_cards import post_missing_cards
from reunite.digest import digest
from reunite.expiry import clear_remains, expire
from reunite.kinds import count_channels_kind
from reunite.reminders import Due, remind

SWEEP_SECONDS: Final = 1.0
CLOCK_SECONDS: Final = 30.0
"""Seconds between looks for tasks that are due by the clock; none of them is urgent."""
_AT_ONCE: Final = 100
_RETRY_SECONDS: Final = 60.0
_TIMEOUT_SECONDS: Final = 300.0
"""Seconds after which a step that hangs is cancelled."""
_CLEANING_SECONDS: Final = 3600.0

_Item = TypeVar("_Item", UUID, Due)

_log = structlog.get_logger(__name__)


class Sweep:
    """Finds and runs due tasks. A failed one is retried later, and doesn't hold up others."""

    def __init__(
        self,
        store: Store,
        hints: ArqQueue,
        rehint_seconds: float,
        now: Callable[[], datetime],
        clock_seconds: float = CLOCK_SECONDS,
    ) -> None:
        """`now` says when reminders and digests are due; tasks by the clock are looked for every `clock_seconds`."""
        self._store = store
        self._hints = hints
        self._rehint_seconds = rehint_seconds
        self._now = now
        self._clock_seconds = clock_seconds
        self._failed: dict[UUID | Due, float] = {}
        """When each failed task may be retried."""
        self._next_by_clock = 0.0
        self._next_cleaning = 0.0

    def services(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """Return what sweeps until cancelled: hints don't wait for tasks by the clock, of which there may be many."""
        return tuple(repeat(_in_time(step), SWEEP_SECONDS, "sweep") for step in (self.send_hints, self.run_due))

    async def send_hints(self) -> None:
        """Send hints for due work: Redis or a killed worker may have lost some."""
        if sent := await self._hints.hint_due(silence=self._rehint_seconds):
            _log.info("sweep_hinted", works=sent)

    async def run_due(self) -> None:
        """Run tasks due by the clock, if it's time to look for them."""
        if monotonic() >= self._next_by_clock:
            is_more_due = await self._run_by_clock()
            self._next_by_clock = monotonic() + (0 if is_more_due else self._clock_seconds)
        if monotonic() >= self._next_cleaning:
            await self._store.delete_old_jobs()
            self._next_cleaning = monotonic() + _CLEANING_SECONDS

    async def _run_by_clock(self) -> bool:
        """Run what is due by the clock; return whether more is due."""
        await self._store.delivery.settle_unread()
        at = self._now()
        more = [
            await self._run_due(self._store.due.expired, partial(expire, now=datetime.now(UTC))),
            await self._run_due(partial(self._store.due.reminders, at), remind),
            await self._run_due(partial(self._store.due.silent_kinds, at), count_channels_kind),
            await self._run_due(self._store.due.unshown_claims, post_missing_cards),
            await self._run_due(partial(self._store.due.digests, at), partial(digest, at=at)),
            await self._run_due(self._store.due.to_forget, clear_remains),
        ]
        return any(more)

    async def _run_due(
        self,
        due: Callable[[int], Awaitable[Sequence[tuple[UUID, _Item]]]],
        act: Callable[[CommunitySession, _Item], Awaitable[None]],
    ) -> bool:
        """Run due tasks, each in its own transaction; return whether there may be more."""
        self._failed = {item: until for item, until in self._failed.items() if until > monotonic()}
        limit = _AT_ONCE + len(self._failed)
        tasks = _by_community_at_random(await due(limit))
        for community, item in tasks:
            if item in self._failed:
                continue
            try:
                async with self._store.session(community) as session:
                    await act(session, item)
            except Exception as error:
                self._failed[item] = monotonic() + _RETRY_SECONDS
                if is_away(error):
                    raise
                log_failure(_log, "sweep_item", error, item=str(item))
        return len(tasks) >= limit


def _in_time(step: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    async def limited() -> None:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            await step()

    return limited


def _by_community_at_random(tasks: Sequence[tuple[UUID, _Item]]) -> list[tuple[UUID, _Item]]:
    """Return tasks of one community after another, and a community's in their order: a thread reads them in it.

    Several workers with the same tasks in the same order would wait for each other at each.
    """
    communities = list(dict.fromkeys(community for community, _ in tasks))
    shuffle(communities)
    place = {community: number for number, community in enumerate(communities)}
    return sorted(tasks, key=lambda task: place[task[0]])
