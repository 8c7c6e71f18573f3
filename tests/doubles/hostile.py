"""Texts on which a backtracking expression never ends, made from the expression itself, and their measurement."""

import math
import re
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from types import FrameType
from typing import Any

from reunite.text.remembered import forget_all
from tests.support.untraced import untraced

sre: Any = import_module("re._constants")  # the parser of `re` is typed nowhere
parser: Any = import_module("re._parser")

FLOOR = 0.1
"""Seconds of CPU time that every size may take: below it, times aren't compared."""
MAX_GROWTH = 8.0
"""By what factor the time may grow with four times the text: linear growth is 4, quadratic 16."""
MAX_GROWTH_BEFORE = 5.0
"""By what factor it may grow to the second largest size for the largest to be left out. A part of the time that grows
with the square is so small then that the largest takes less than MAX_GROWTH times as long. A part that grows with the
cube or more may be overlooked.
"""
SIZES = tuple(4**power for power in range(2, 8))
"""Letters, up to 16,384."""
EVERYWHERE = (" ", "\n", "a", "1", "-", ",", "<", "鍵", "a ", " \n")
TAILS = ("", "x", "\0")

_SOON = 0.001
"""Seconds of CPU time after which a signal comes again."""
_UNDISTURBED = ("/coverage/", "/weakref.py", "/_weakrefset.py")
"""Code that an exception must not end: coverage may hold its lock, and what weakref's callbacks raise gets lost."""
_BRANCHES = 6
_ATTEMPTS = 3
_FIRST_USE = 2.0
"""Seconds of CPU time for a first call, which may have to compile a pattern or to read a table."""
_ANY = {sre.CATEGORY_DIGIT: "1", sre.CATEGORY_SPACE: " ", sre.CATEGORY_WORD: "a", sre.CATEGORY_NOT_DIGIT: "a"}
_ANY |= {sre.CATEGORY_NOT_SPACE: "a", sre.CATEGORY_NOT_WORD: "-"}
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)


class TooSlowError(Exception):
    """The time grows faster than the text."""


def check_growth(run: Callable[[int], object], sizes: Sequence[int] = SIZES) -> None:
    """Run with each size, and raise TooSlowError if one takes far longer than the size before explains.

    On a busy machine a single run may be slow for other reasons; what grows too fast does so every time.
    """
    with suppress(TooSlowError):
        _timed(partial(run, sizes[0]), _FIRST_USE)
    for _ in range(_ATTEMPTS - 1):
        with suppress(TooSlowError):
            _check_once(run, sizes)
            return
    _check_once(run, sizes)


def _check_once(run: Callable[[int], object], sizes: Sequence[int]) -> None:
    try:
        quarter = _timed(partial(run, sizes[-2]), FLOOR)
        if quarter < FLOOR / 4**4:
            return  # the largest takes less than the floor even if the time grows with its fourth power
        sixteenth = _timed(partial(run, sizes[-3]), FLOOR)
    except TooSlowError:
        sixteenth = quarter = math.inf
    if quarter <= FLOOR:  # as all the smaller ones may take
        if quarter > MAX_GROWTH_BEFORE * sixteenth:
            _timed(partial(run, sizes[-1]), max(FLOOR, MAX_GROWTH**2 * sixteenth))
        return
    before = 0.0
    for size in sizes:
        limit = max(FLOOR, MAX_GROWTH * before)
        before = _timed(partial(run, size), limit)


def _timed(run: Callable[[], object], limit: float) -> float:
    """Return the CPU time taken, without coverage's own and without the help of what earlier runs remembered.

    It's the thread's: while a timer runs, Linux counts the process's by the tick, of up to 10 ms.

    The engine of `re` checks for signals, so that even an endless match is interrupted.
    """

    def end(_: int, frame: FrameType | None) -> None:
        if frame and any(name in frame.f_code.co_filename for name in _UNDISTURBED):
            signal.setitimer(signal.ITIMER_PROF, _SOON)
            return
        raise TooSlowError(f"over {limit:.2f} s of CPU time")

    forget_all()
    old = signal.signal(signal.SIGPROF, end)
    start = time.thread_time()
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        with untraced():
            run()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, old)
    return time.thread_time() - start


def pumps(pattern: re.Pattern[Any]) -> list[tuple[str, str]]:
    """Return beginnings, each with what is to be repeated after it: by each repetition within the expression."""
    made = {("", piece) for piece in EVERYWHERE}
    parsed = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE if _is_bytes(pattern) else pattern.flags)
    for before, repeated in _repeated(list(parsed), ""):
        made.add((before, repeated))
        made.add(("", before + repeated))
    return sorted(pump for pump in made if pump[1])


def texts(pattern: re.Pattern[Any], before: str, repeated: str, tail: str, size: int) -> Any:
    """Return the text to try the expression on, as str or bytes like the expression."""
    text = before + repeated * (size // len(repeated)) + tail
    return text.encode("latin-1", "replace") if _is_bytes(pattern) else text


def _is_bytes(pattern: re.Pattern[Any]) -> bool:
    return isinstance(pattern.pattern, bytes)


def _repeated(tree: list[Any], before: str) -> Iterator[tuple[str, str]]:
    for position, (kind, value) in enumerate(tree):
        lead = before + _example(tree[:position], 1)
        if kind in _REPEATS:
            _, high, body = value
            if high is sre.MAXREPEAT:
                yield from ((lead, _example(list(body), least, choice)) for least in (0, 1) for choice in range(3))
                yield from ((lead, _example(list(body) + tree[position + 1 :], least)) for least in (0, 1))
            yield from _repeated(list(body), lead)
        else:
            for inner in _inside(kind, value):
                yield from _repeated(inner, lead)


def _inside(kind: Any, value: Any) -> list[list[Any]]:
    if kind is sre.BRANCH:
        return [list(branch) for branch in value[1][:_BRANCHES]]
    if kind is sre.SUBPATTERN:
        return [list(value[3])]
    if kind is sre.ATOMIC_GROUP:
        return [list(value)]
    return [list(value[1])] if kind in {sre.ASSERT, sre.ASSERT_NOT} else []


def _example(tree: list[Any], least: int, choice: int = 0) -> str:
    """Return a short text that a part of an expression matches, with `least` repetitions wherever it may repeat."""
    return "".join(_one(kind, value, least, choice) for kind, value in tree)


def _one(kind: Any, value: Any, least: int, choice: int) -> str:
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.ANY:
        return "a"
    if kind is sre.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if kind is sre.IN:
        return _of_class(value)
    if kind in _REPEATS:
        low, high, body = value
        return _example(list(body), least, choice) * int(min(max(low, least), high))
    inner = [] if kind in {sre.ASSERT, sre.ASSERT_NOT} else _inside(kind, value)
    return _example(inner[min(choice, len(inner) - 1)], least, choice) if inner else ""


def _of_class(members: list[Any]) -> str:
    if members[0][0] is sre.NEGATE:
        found = re.compile("[^" + "".join(map(_as_written, members[1:])) + "]").search("a 1-.,<>\n\"'~é鍵")
        return found[0] if found else "a"
    kind, value = members[0]
    return _ANY.get(value, "a") if kind is sre.CATEGORY else chr(value if kind is sre.LITERAL else value[0])


def _as_written(member: Any) -> str:
    kind, value = member
    if kind is sre.LITERAL:
        return re.escape(chr(value))
    if kind is sre.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    names = {sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_SPACE: r"\s", sre.CATEGORY_WORD: r"\w"}
    return names.get(value, "")
