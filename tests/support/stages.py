"""The stage for classes of cases, in memory and on PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from db.keys import Keys
from db.store import Store
from tests.contract.stages import MemoryStage, PostgresStage
from tests.support.keys import KEYS


@asynccontextmanager
async def staged(url: str, keys: Keys = KEYS) -> AsyncIterator[PostgresStage]:
    """Open a store with an encoder, and set the stage before it."""
    async with Store(url, keys=keys) as store:
        await store.embedding_models.register("none", "none", {"shared": 3})
        yield PostgresStage(store)


class InMemory:
    @pytest.fixture
    def stage(self) -> MemoryStage:
        return MemoryStage()


class OnPostgres:
    @pytest.fixture
    async def stage(self, database_url: str) -> AsyncIterator[PostgresStage]:
        async with staged(database_url) as stage:
            yield stage
