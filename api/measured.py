"""How long the API takes to answer, by operation and status."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import web

from api.problems import ProblemError
from metrics import definitions as metrics


@contextmanager
def measured(operation: str) -> Iterator[Callable[[web.StreamResponse], web.StreamResponse]]:
    """Measure what is done within the context; pass the response through what it yields."""
    start, status = time.monotonic(), "error"

    def noted(response: web.StreamResponse) -> web.StreamResponse:
        nonlocal status
        status = str(response.status)
        return response

    try:
        yield noted
    except ProblemError as error:
        status = str(error.status.value)
        raise
    finally:
        metrics.API_SECONDS.labels(operation, status).observe(time.monotonic() - start)
