"""Collecting the tests, which each of pytest-xdist's workers does: without tracer and collector, and compiled once."""

import fcntl
import gc
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.homes import HOME_VARIABLE
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


@contextmanager
def no_garbage() -> Iterator[None]:
    """Switch the garbage collector off: nearly all that is made stays, and it needn't look through that again."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """In a fresh checkout, the first worker compiles the tests and what they import: half of what collecting costs."""
    with untraced(), no_garbage(), first_alone(Path(os.environ[HOME_VARIABLE]) / "collected"):
        return (yield)
