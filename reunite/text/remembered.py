"""Remembers results by the hashes of words instead of the words: a process must not keep what deleted reports said."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def remembered(most: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Remember up to `most` results, which must not hold words of reports; then begin anew.

    Python salts the hashes of strings in each process.
    """

    def remembering(function: Callable[P, R]) -> Callable[P, R]:
        results: dict[int, R] = {}

        @wraps(function)
        def remembered_or_computed(*args: P.args, **kwargs: P.kwargs) -> R:
            key = hash(args)
            if key not in results:
                if len(results) >= most:
                    results.clear()
                results[key] = function(*args, **kwargs)
            return results[key]

        return remembered_or_computed

    return remembering
