"""The findings of `reunite doctor`."""

import os
import ssl
from dataclasses import dataclass
from itertools import islice
from typing import Final

from reunite.certificates import causes, certificate_problem

UNREACHABLE: Final = "Check this machine's network, proxy and clock, or try again later."
"""The remedy where a platform doesn't answer; a certificate is valid only between two dates."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. `ok` is None for mere information."""

    what: str
    ok: bool | None
    found: str
    remedy: str = ""


def whole_cause(error: BaseException) -> str:
    """Return what an error says and what caused it: "connection failed … (Connection refused)"."""
    if problem := certificate_problem(error):
        return problem
    text = " ".join(str(error).split()) or type(error).__name__
    for cause in islice(causes(error), 1, None):
        reason = _reason(cause)
        if reason and reason.casefold() not in text.casefold():
            text = f"{text} ({reason})"
    return text


def _reason(cause: BaseException) -> str:
    if not isinstance(cause, OSError):
        return " ".join(str(cause).split())
    # Name resolution and TLS have error numbers of their own.
    is_of_system = cause.errno is not None and cause.errno > 0 and not isinstance(cause, ssl.SSLError)
    return os.strerror(cause.errno or 0) if is_of_system else " ".join(str(cause.strerror or cause).split())
