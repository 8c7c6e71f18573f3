"""The in-memory store; tests/integration/test_store_on_postgres.py runs the same cases on PostgreSQL."""

from tests.contract.store_cases import StoreCases
from tests.support.stages import InMemory


class TestInMemory(InMemory, StoreCases):
    """Every case."""
