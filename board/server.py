"""The board's HTTP server: which hosts and origins it answers, and with which headers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from board.config import BoardConfig
from board.errors import errors, refuse
from board.pages import Pages
from board.parts import Board
from board.routes import add_routes
from http_server.hosts import names_this_machine
from http_server.listening import add_headers, listening
from http_server.refusals import REFUSE
from reunite import rules

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # with none at all, forms would come from the origin "null"
    "X-Content-Type-Options": "nosniff",
}
_MAX_BODY_BYTES: Final = rules.MAX_PHOTO_BYTES + 2**20
"""A photo as large as intake can open, and a form around it."""
_log = structlog.get_logger(__name__)


@asynccontextmanager
async def serving(board: Board, config: BoardConfig) -> AsyncIterator[str]:
    """Serve the board within the context; yield its address on this machine."""
    pages = Pages()
    application = web.Application(middlewares=[errors(pages), _guard(config)], client_max_size=_MAX_BODY_BYTES)
    add_headers(application, _HEADERS)
    add_routes(application, board, pages)
    application[REFUSE] = lambda request, status: refuse(pages, request, status, _HEADERS)
    async with listening(application, config.host, config.port, "REUNITE_BOARD_PORT") as url:
        _log.info("board_ready", url=url)
        yield url


def _guard(config: BoardConfig) -> Middleware:
    """Keep other sites out: other host names that lead here, and forms on other sites' pages."""
    public = urlsplit(config.url or "")

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not (request.host == public.netloc if config.url else names_this_machine(request)):
            raise web.HTTPMisdirectedRequest
        origin = f"{public.scheme or 'http'}://{request.host}"
        if request.method not in {"GET", "HEAD"} and request.headers.get("Origin") != origin:
            raise web.HTTPForbidden
        return await handler(request)

    return guard
