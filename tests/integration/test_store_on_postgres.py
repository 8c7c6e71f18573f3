"""PostgreSQL; tests/unit/test_store_in_memory.py runs the same cases in memory."""

from tests.contract.store_cases import StoreCases
from tests.support.stages import OnPostgres


class TestOnPostgres(OnPostgres, StoreCases):
    """Every case."""
