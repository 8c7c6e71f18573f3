"""The API's HTTP server."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final

import psycopg
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from api import schemas
from api.access import Access
from api.bodies import MAX_BODY_BYTES
from api.config import ApiConfig
from api.openapi import document
from api.operations import Operation, add_operation
from api.problems import problems, refusal
from db.api_tokens import ApiTokens
from db.store import Store
from http_server.listening import add_headers, listening
from http_server.refusals import REFUSE
from metrics import definitions as metrics

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_log = structlog.get_logger(__name__)


@asynccontextmanager
async def serving(operations: Sequence[Operation[Any]], store: Store, config: ApiConfig) -> AsyncIterator[str]:
    """Serve the API within the context; yield its address."""
    application = web.Application(middlewares=[timed, problems], client_max_size=MAX_BODY_BYTES)
    add_headers(application, _HEADERS)
    application[REFUSE] = _refuse
    access = Access(ApiTokens(store), config.requests_per_minute)
    for operation in operations:
        add_operation(application, operation, access)
    _add_public(application, operations, store)
    async with listening(application, config.host, config.port, "REUNITE_API_PORT") as url:
        _log.info("api_ready", url=url)
        yield url


@web.middleware
async def timed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Measure each operation by the status sent. Must wrap the middleware that turns errors into responses."""
    start = time.monotonic()
    response = await handler(request)
    if operation := request.match_info.route.name:
        metrics.API_SECONDS.labels(operation, str(response.status)).observe(time.monotonic() - start)
    return response


def _add_public(application: web.Application, operations: Sequence[Operation[Any]], store: Store) -> None:
    described = document(operations)

    async def openapi(_: web.Request) -> web.Response:
        return web.json_response(described)

    async def healthz(_: web.Request) -> web.Response:
        return _health(schemas.Health(status="ok"))

    async def readyz(_: web.Request) -> web.Response:
        try:
            await store.rows("SELECT 1")
        except psycopg.OperationalError:
            return _health(schemas.Health(status="unavailable", detail="The database can't be reached."))
        return _health(schemas.Health(status="ok"))

    application.router.add_get("/openapi.json", openapi)
    application.router.add_get("/healthz", healthz)
    application.router.add_get("/readyz", readyz)


def _health(health: schemas.Health) -> web.Response:
    status = HTTPStatus.OK if health.status == "ok" else HTTPStatus.SERVICE_UNAVAILABLE
    return web.Response(text=health.model_dump_json(), status=status.value, content_type="application/json")


def _refuse(_: web.BaseRequest, status: HTTPStatus) -> web.Response:
    return refusal(status, {**_HEADERS, "Cache-Control": "no-store"})
