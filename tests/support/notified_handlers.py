"""Handlers as a bot has them: notified when a look is answered."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from db.store import Store
from reunite.handlers import Handlers
from tests.support.queues import NoQueue


@asynccontextmanager
async def notified_handlers(store: Store) -> AsyncIterator[Handlers]:
    """Yield handlers that the database notifies of answered looks within the context."""
    handlers = Handlers(store, NoQueue())
    async with store.notifying_of_looks(handlers.look_answers.notify):
        yield handlers
