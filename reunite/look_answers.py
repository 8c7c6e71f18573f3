"""Wakes those who wait for the answer to a look."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID


class LookAnswers:
    """The looks whose answers this process waits for."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Event, UUID] = {}

    def tell(self, look: UUID) -> None:
        """Wake those who wait for a look."""
        for event, awaited in self._waiting.items():
            if awaited == look:
                event.set()

    @contextmanager
    def waiting_for(self, look: UUID) -> Iterator[asyncio.Event]:
        """Yield an event that is set once a worker has answered a look."""
        event = asyncio.Event()
        self._waiting[event] = look
        try:
            yield event
        finally:
            del self._waiting[event]
