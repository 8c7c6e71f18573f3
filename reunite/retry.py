"""Retries after a conflict with another transaction."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from reunite.errors import TryAgainError

_Params = ParamSpec("_Params")
_Result = TypeVar("_Result")

TRIES: Final = 5


def retried(do: Callable[_Params, Coroutine[Any, Any, _Result]]) -> Callable[_Params, Coroutine[Any, Any, _Result]]:
    """Call a function again if it raises TryAgainError; the last try's error is raised."""

    @wraps(do)
    async def again(*args: _Params.args, **kwargs: _Params.kwargs) -> _Result:
        for _ in range(TRIES - 1):
            with suppress(TryAgainError):
                return await do(*args, **kwargs)
        return await do(*args, **kwargs)

    return again
