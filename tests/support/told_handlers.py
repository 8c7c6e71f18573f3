"""Handlers as a bot has them: told when a look is answered."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from db.store import Store
from reunite.handlers import Handlers
from tests.support.queues import NoQueue


@asynccontextmanager
async def told_handlers(store: Store) -> AsyncIterator[Handlers]:
    """Yield handlers to which the database tells answered looks within the context."""
    handlers = Handlers(store, NoQueue())
    async with store.telling_of_looks(handlers.look_answers.tell):
        yield handlers
