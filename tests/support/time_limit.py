"""A time limit for each test: one that hangs fails under its own name, and shows where it waits."""

import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import pytest

SECONDS: Final = 1500.0
"""Shorter than pytest's `faulthandler_timeout`, which ends the whole process: it's for code that no signal reaches."""
_AGAIN: Final = 5.0
"""Seconds between repetitions of the signal: a task that it happens to interrupt may swallow the failure."""


@contextmanager
def limited(item: pytest.Item) -> Iterator[None]:
    def fail(_number: int, _frame: FrameType | None) -> None:
        pytest.fail(f"{item.nodeid} took more than {SECONDS:.0f} seconds")

    before = signal.signal(signal.SIGALRM, fail)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# Each phase by itself: between them pytest writes its report, which a signal must not interrupt.


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    with limited(item):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    with limited(item):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    with limited(item):
        return (yield)
