"""Leaves out of the log what it has just said, word for word: an outage would fill it."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_FIRST_PAUSE: Final = 10.0
_LONGEST_PAUSE: Final = 600.0
"""Seconds until a line is written again, which double each time."""
_OVER: Final = 60.0
"""Seconds after which what is said again is news."""
_MOST: Final = 1000
"""How many lines are remembered at most; most lines have ids, so they are never the same."""


@dataclass(slots=True)
class _Said:
    until: float
    pause: float
    last: float
    left_out: int = 0


class RepeatedLines:
    """Remembers what was said, and when."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said: OrderedDict[object, _Said] = OrderedDict()
        """What was said longest ago comes first. Threads may share it: each change is one step of the interpreter's."""

    def left_out(self, line: object) -> int | None:
        """Return how often a line was left out since it was last written; None if it is to be left out again."""
        now = self._clock()
        said = self._said.pop(line, None) or _Said(now, _FIRST_PAUSE / 2, now)
        if now - said.last > _OVER:
            said.until, said.pause = now, _FIRST_PAUSE / 2
        said.last = now
        self._said[line] = said
        if len(self._said) > _MOST:
            self._said.popitem(last=False)
        if now < said.until:
            said.left_out += 1
            return None
        said.pause = min(2 * said.pause, _LONGEST_PAUSE)
        left_out, said.left_out, said.until = said.left_out, 0, now + said.pause
        return left_out
