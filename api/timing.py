"""Measures response times, by operation and status."""

import time

from aiohttp import web
from aiohttp.typedefs import Handler

from metrics import definitions as metrics


@web.middleware
async def timed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Measure each operation by the status sent. Must wrap the middleware that turns errors into responses."""
    start = time.monotonic()
    response = await handler(request)
    if operation := request.match_info.route.name:
        metrics.API_SECONDS.labels(operation, str(response.status)).observe(time.monotonic() - start)
    return response
