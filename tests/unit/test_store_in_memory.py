"""The in-memory store; tests/integration/test_store_on_postgres.py runs the same cases on PostgreSQL."""

import pytest

from tests.contract.stages import MemoryStage
from tests.contract.store_cases import StoreCases


@pytest.fixture
def stage() -> MemoryStage:
    return MemoryStage()


class TestInMemory(StoreCases):
    """Every case."""
