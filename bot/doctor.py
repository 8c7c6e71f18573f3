"""The findings of `reunite doctor`."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. `ok` is None for mere information."""

    what: str
    ok: bool | None
    found: str
    remedy: str = ""


def whole_cause(error: BaseException) -> str:
    """Return what an error says and what caused it: "connection failed … (Connection refused)"."""
    text = " ".join(str(error).split()) or type(error).__name__
    cause = error
    while below := cause.__cause__ or cause.__context__:
        cause = below
        reason = _reason(cause)
        if reason and reason.casefold() not in text.casefold():
            text = f"{text} ({reason})"
    return text


def _reason(cause: BaseException) -> str:
    number = cause.errno if isinstance(cause, OSError) else None
    if number and number > 0:  # those of name resolution are negative, and have words of their own
        return os.strerror(number)
    return " ".join(str(cause).split())
