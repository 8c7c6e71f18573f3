"""A step that fails is logged, and taken again."""

import asyncio
from collections import deque

import psycopg
import pytest
from structlog.testing import capture_logs

from db.repeating import repeat
from reunite.errors import TryAgainError


async def test_no_failure_ends_the_repetition() -> None:
    failures = deque[Exception | None](
        [
            TryAgainError("later"),
            psycopg.OperationalError("connection failed: FATAL:  too many connections\nHINT: more"),
            psycopg.errors.DeadlockDetected("a member's words"),
            TimeoutError(),
            ConnectionResetError(),
            None,
            FileNotFoundError(),
            psycopg.DataError(),
            psycopg.ProgrammingError(),
            KeyError(),
        ]
    )

    async def step() -> None:
        if not failures:
            raise asyncio.CancelledError
        if failure := failures.popleft():
            raise failure

    with capture_logs() as logged, pytest.raises(asyncio.CancelledError):
        await repeat(step, 0, "reading", platform="web")
    assert [(entry["event"], entry["platform"]) for entry in logged] == [
        *[("reading_interrupted", "web")] * 5,
        *[("reading_defect", "web")] * 4,
    ]
    assert [entry.get("reason") for entry in logged] == [
        "later",
        "too many connections",
        *[None] * 7,
    ]  # others' words may be members'
