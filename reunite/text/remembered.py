"""Remembers results by the hashes of words instead of the words: a process must not keep what deleted reports said."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_MEMORIES: Final[list[dict[int, Any]]] = []


def remembered(limit: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Remember up to `limit` results, which must not hold words of reports. After that, forget them all.

    Python salts the hashes of strings in each process.
    """

    def remembering(function: Callable[P, R]) -> Callable[P, R]:
        results: dict[int, tuple[R]] = {}
        _MEMORIES.append(results)

        @wraps(function)
        def remembered_or_computed(*args: P.args, **kwargs: P.kwargs) -> R:
            key = hash((*args, *kwargs.items()))
            found = results.get(key)
            if found is None:
                found = (function(*args, **kwargs),)
                if len(results) >= limit:
                    results.clear()
                results[key] = found
            return found[0]

        return remembered_or_computed

    return remembering


def forget_all() -> None:
    """Forget every result, so that a measured time is that of the first reading."""
    for results in _MEMORIES:
        results.clear()
