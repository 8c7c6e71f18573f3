"""Collecting the tests, which each of pytest-xdist's workers does: without coverage's tracer, and compiled once."""

import fcntl
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.databases import HOME_VARIABLE
from tests.support.untraced import untraced


@contextmanager
def first_alone(marker: Path) -> Iterator[None]:
    """Run the first caller alone; the others wait for it, then run concurrently."""
    with marker.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        is_first = os.fstat(file.fileno()).st_size == 0
        if not is_first:
            fcntl.flock(file, fcntl.LOCK_UN)
        yield
        if is_first:
            file.write("done")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """In a fresh checkout, the first worker compiles the tests and what they import: half of what collecting costs."""
    with untraced(), first_alone(Path(os.environ[HOME_VARIABLE]) / "collected"):
        return (yield)
