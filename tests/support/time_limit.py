"""A time limit for each test: one that hangs fails by its name, and shows where it waits."""

import signal
from collections.abc import Generator
from types import FrameType
from typing import Final

import pytest

SECONDS: Final = 540.0
"""Shorter than pytest's `faulthandler_timeout`, which ends the whole process: it's for code that no signal reaches."""
_AGAIN: Final = 5.0
"""A task that the signal happens to interrupt may keep the failure for itself."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    def fail(_number: int, _frame: FrameType | None) -> None:
        pytest.fail(f"{item.nodeid} took more than {SECONDS:.0f} seconds")

    before = signal.signal(signal.SIGALRM, fail)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, _AGAIN)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
