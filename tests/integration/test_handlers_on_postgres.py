"""The handlers on PostgreSQL; tests/unit/test_handlers_in_memory.py runs the same cases in memory."""

from tests.contract.handler_cases import HandlerCases
from tests.support.stages import OnPostgres


class TestOnPostgres(OnPostgres, HandlerCases):
    """Every case."""
