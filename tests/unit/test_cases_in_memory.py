"""The handlers and the store in memory; tests/integration/test_cases_on_postgres.py runs the same cases."""

from tests.contract.handler_cases import HandlerCases
from tests.contract.store_cases import StoreCases
from tests.support.stages import InMemory


class TestHandlers(InMemory, HandlerCases):
    """Every case."""


class TestStore(InMemory, StoreCases):
    """Every case."""
