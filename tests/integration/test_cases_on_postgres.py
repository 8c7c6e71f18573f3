"""The handlers and the store on PostgreSQL; tests/unit/test_cases_in_memory.py runs the same cases."""

from tests.contract.handler_cases import HandlerCases
from tests.contract.store_cases import StoreCases
from tests.support.stages import OnPostgres


class TestHandlers(OnPostgres, HandlerCases):
    """Every case."""


class TestStore(OnPostgres, StoreCases):
    """Every case."""
