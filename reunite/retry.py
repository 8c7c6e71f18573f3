"""Retries after a conflict with another transaction."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from reunite.errors import TryAgainError

_Params = ParamSpec("_Params")
_Result = TypeVar("_Result")

TRIES: Final = 5
_PAUSE_SECONDS: Final = 0.02
"""The longest pause after the first try, in seconds; after the second it's twice as long, and so on."""


def retried(do: Callable[_Params, Coroutine[Any, Any, _Result]]) -> Callable[_Params, Coroutine[Any, Any, _Result]]:
    """Call a function again, after a short pause, if it raises TryAgainError; the last try's error is raised."""

    @wraps(do)
    async def again(*args: _Params.args, **kwargs: _Params.kwargs) -> _Result:
        for tried in range(1, TRIES):
            with suppress(TryAgainError):
                return await do(*args, **kwargs)
            # At random, so that those in conflict don't meet again.
            await asyncio.sleep(random.uniform(0, _PAUSE_SECONDS * tried))  # noqa: S311 - no secret
        return await do(*args, **kwargs)

    return again
