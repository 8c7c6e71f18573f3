"""Stops coverage's tracer for tests that take seconds on branches that other tests take, too.

Under the tracer, code takes about twice as long, and a command of its own starts .7 s later. Leaving it out can only
make the coverage measured smaller.
"""

import os
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

_WHOLE_PROGRAMS: Final = Path(__file__).parents[1] / "e2e"
"""Tests of commands and services as processes of their own: each branch has its tests in the other folders."""
_OF_PROCESSES: Final = "COVERAGE_PROCESS_CONFIG"
"""The variable by which coverage starts itself in each new process."""


@contextmanager
def untraced() -> Iterator[None]:
    tracer, settings = sys.gettrace(), os.environ.pop(_OF_PROCESSES, None)
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)
        if settings is not None:
            os.environ[_OF_PROCESSES] = settings


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    if item.get_closest_marker("untraced") is None and not item.path.is_relative_to(_WHOLE_PROGRAMS):
        return (yield)
    with untraced():
        return (yield)
