"""Queues without Redis."""

from uuid import UUID


class NoQueue:
    """No worker takes part: hints go nowhere."""

    async def hint(self, work: UUID) -> None:
        del work
