"""Stops coverage's tracer for tests on branches that other tests take, too.

Under the tracer, code takes two to four times as long, and a separate process starts 0.7 s later. Leaving it out can
only lower the measured coverage.
"""

import math
import os
import sys
from collections import defaultdict
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Final

import pytest

_FOLDERS: Final = {"contract", "e2e"}
"""Tests of what several parts have in common, and of whole programs: each branch has its tests in the other folders."""
_PLATFORMS: Final = {"discord", "slack", "webhook"}
"""Files with one of these in their name take the same branches of the domain as those about the local page."""
_UNTRACED_MARKS: Final = ("untraced", "encoder")
"""To import PyTorch takes the tracer longer than all that a test with an encoder does."""
_MEASURED_CASES: Final = 5
"""How many of a test's cases are measured, evenly spread: the others take the same branches with other words."""
_OF_PROCESSES: Final = "COVERAGE_PROCESS_CONFIG"
"""The variable by which coverage starts itself in each new process."""
_IS_CHOSEN: Final = pytest.StashKey[bool]()


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


def spread(count: int, most: int = _MEASURED_CASES) -> range:
    """Return the positions of at most this many cases, evenly spread."""
    return range(0, count, math.ceil(count / most))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Choose the cases whose branches are counted."""
    cases = defaultdict[str, list[pytest.Item]](list)
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    for of_one_test in cases.values():
        measured = spread(len(of_one_test))
        for number, item in enumerate(of_one_test):
            item.stash[_IS_CHOSEN] = number in measured


def is_measured(item: pytest.Item) -> bool:
    """Whether a test's branches are counted."""
    path = item.path
    return item.stash[_IS_CHOSEN] and not (
        any(item.get_closest_marker(name) for name in _UNTRACED_MARKS)
        or path.parent.name in _FOLDERS
        or not _PLATFORMS.isdisjoint(path.stem.split("_"))
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    if is_measured(item):
        return (yield)
    with untraced():
        return (yield)
