"""Stops coverage's tracer for tests on branches that other tests take, too.

Under the tracer, code takes about twice as long, and a separate process starts 0.7 s later. Leaving it out can only
lower the measured coverage.
"""

import os
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

_WHOLE_PROGRAMS: Final = Path(__file__).parents[1] / "e2e"
"""Tests of commands and services in separate processes: each branch has its tests in the other folders."""
_ON_ANOTHER_PLATFORM: Final = {"discord", "slack", "webhook"}
"""The contract's cases take the same branches of the domain on each platform, so they're measured on the local page."""
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


def is_measured(item: pytest.Item) -> bool:
    """Whether a test's branches are counted."""
    parameters = getattr(item, "callspec", None)
    return not (
        item.get_closest_marker("untraced")
        or item.path.is_relative_to(_WHOLE_PROGRAMS)
        or (parameters and parameters.params.get("harness") in _ON_ANOTHER_PLATFORM)
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    if is_measured(item):
        return (yield)
    with untraced():
        return (yield)
