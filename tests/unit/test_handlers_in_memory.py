"""The handlers in memory; tests/integration/test_handlers_on_postgres.py runs the same cases on PostgreSQL."""

from tests.contract.handler_cases import HandlerCases
from tests.support.stages import InMemory


class TestInMemory(InMemory, HandlerCases):
    """Every case."""
