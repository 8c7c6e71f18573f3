"""An in-memory store, held to PostgreSQL's behaviour by tests/contract/store_cases.py."""

from tests.doubles.memory.store import MemoryStore

__all__ = ["MemoryStore"]
