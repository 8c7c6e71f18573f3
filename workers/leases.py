"""Leases work in turn by community, so that each gets its share of a worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
import structlog

from db.cancellation import stop
from db.leases import LeaseLostError, WorkLease
from db.store import Store

_log = structlog.get_logger(__name__)


@dataclass
class Leases:
    """Leases work for `seconds`, at most `max_per_community` pieces of one community at once."""

    store: Store
    max_per_community: int
    seconds: float
    _in_flight: list[UUID] = field(default_factory=list)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while leasing, because a lease depends on those in flight."""

    @asynccontextmanager
    async def next(self) -> AsyncIterator[WorkLease | None]:
        """Lease the next work, and count it as in flight within the context; None if nothing is due."""
        async with self._one_at_a_time:
            lease = await self.store.lease_work(
                self._in_flight, max_per_community=self.max_per_community, seconds=self.seconds
            )
            if lease:
                self._in_flight.append(lease.community)
        try:
            yield lease
        finally:
            if lease:
                self._in_flight.remove(lease.community)


@asynccontextmanager
async def extending(store: Store, lease: WorkLease, seconds: float) -> AsyncIterator[None]:
    """Renew a lease within the context, each time for `seconds`."""

    async def keep() -> None:
        while True:
            await asyncio.sleep(seconds / 3)
            try:
                async with store.work_session(lease) as session:
                    await session.extend(seconds)
            except LeaseLostError:
                return  # the work's next write is refused
            except (psycopg.Error, OSError) as error:
                _log.warning("lease_not_renewed", work=str(lease.work), error=type(error).__name__)
            except Exception:  # noqa: BLE001 - the next attempt may succeed, before the lease expires
                _log.exception("lease_defect", work=str(lease.work))

    keeper = asyncio.create_task(keep())
    try:
        yield
    finally:
        await stop(keeper)
