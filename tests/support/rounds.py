"""Waiting until a step that a process takes again and again was taken: only then is it a sign that nothing happened."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from tests.support.waiting import eventually

P = ParamSpec("P")
T = TypeVar("T")


class Rounds:
    """Counts how often a step has ended."""

    def __init__(self) -> None:
        self.ended = 0

    def counting(self, step: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        """Return a step that is counted."""

        @wraps(step)
        async def counted(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return await step(*args, **kwargs)
            finally:
                self.ended += 1

        return counted

    async def pass_by(self) -> None:
        """Wait until two more have ended; the first of them may have begun before."""
        last = self.ended + 2
        await eventually(lambda: self.ended >= last, "two more rounds")
