"""Waiting for a condition, with a limit that only a broken test reaches."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar, overload

T = TypeVar("T")
PATIENCE: Final = 120.0
"""Seconds after which a test gives up waiting; nothing is measured by it."""


@overload
async def eventually(
    look: Callable[[], Awaitable[T | None]],
    what: str = ...,
    *,
    holds: Callable[[T], object] = ...,
    within: float = ...,
) -> T: ...


@overload
async def eventually(
    look: Callable[[], T | None], what: str = ..., *, holds: Callable[[T], object] = ..., within: float = ...
) -> T: ...


async def eventually(
    look: Callable[[], Any], what: str = "", *, holds: Callable[[Any], object] = bool, within: float = PATIENCE
) -> Any:
    """Call `look` until its result holds, and return that. `look` may be a coroutine function."""
    seen, began = None, time.monotonic()
    try:
        async with asyncio.timeout(within):
            while not holds(seen := await _seen(look)):  # noqa: ASYNC110 - anything may be looked at
                await asyncio.sleep(_pause(began))
    except TimeoutError as error:
        raise TimeoutError(what or f"last seen: {seen!r}") from error
    return seen


async def _seen(look: Callable[[], Any]) -> Any:
    seen = look()
    return await seen if inspect.isawaitable(seen) else seen


def _pause(began: float, most: float = 0.1) -> float:
    """Return the seconds until the next look: a tenth of those that have passed, since looking costs time itself."""
    return min(max(0.02, (time.monotonic() - began) / 10), most)


def wait_until(condition: Callable[[], object]) -> None:
    """Block until the condition holds."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + PATIENCE, "the condition never held"
        time.sleep(_pause(began, most=0.5))  # what is waited for is most often a process
