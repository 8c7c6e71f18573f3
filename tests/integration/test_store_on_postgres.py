"""PostgreSQL; tests/unit/test_store_in_memory.py runs the same cases in memory."""

from collections.abc import AsyncIterator

import pytest

from db.store import Store
from tests.contract.stages import PostgresStage
from tests.contract.store_cases import StoreCases
from tests.support.keys import KEYS


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[PostgresStage]:
    async with Store(database_url, keys=KEYS) as store:
        await store.embedding_models.register("none", "none", {"shared": 3})
        yield PostgresStage(store)


class TestOnPostgres(StoreCases):
    """Every case."""
