"""Measures response times, by operation and status."""

import time

from aiohttp import web
from aiohttp.typedefs import Handler

from metrics import definitions as metrics


@web.middleware
async def timed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Measure each operation, with the status that is sent: this comes outside of what makes errors responses."""
    start = time.monotonic()
    response = await handler(request)
    if operation := request.match_info.route.name:
        metrics.API_SECONDS.labels(operation, str(response.status)).observe(time.monotonic() - start)
    return response
