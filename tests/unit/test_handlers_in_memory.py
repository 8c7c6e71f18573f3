"""The handlers in memory; tests/integration/test_handlers_on_postgres.py runs the same cases on PostgreSQL."""

import pytest

from tests.contract.handler_cases import HandlerCases
from tests.contract.stages import MemoryStage


@pytest.fixture
def stage() -> MemoryStage:
    return MemoryStage()


class TestInMemory(HandlerCases):
    """Every case."""
