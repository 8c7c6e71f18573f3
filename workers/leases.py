"""Leases work in turn by community, so that each gets its share of a worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from db.leases import WorkLease
from db.store import Store


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
