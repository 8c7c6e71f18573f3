"""Puts off the garbage collector: a collection takes up to several times as long as a search."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

_MOST_NEW_OBJECTS: Final = 10_000
"""With more, the youngest are collected even though answers are still on their way: a few megabytes."""


@dataclass
class _Answers:
    """How many answers of this process are on their way; all are in one thread."""

    on_their_way: int = 0
    collect_afterwards: bool = True


_answers: Final = _Answers()


@contextmanager
def collecting_later() -> Iterator[None]:
    """Collect no garbage before the answer is out: Python collects it once no answer is on its way."""
    if not _answers.on_their_way:
        _answers.collect_afterwards = gc.isenabled()
        gc.disable()
    _answers.on_their_way += 1
    try:
        yield
    finally:
        _answers.on_their_way -= 1
        if not _answers.on_their_way:
            if _answers.collect_afterwards:
                gc.enable()
        elif gc.get_count()[0] > _MOST_NEW_OBJECTS:
            gc.collect(1)
