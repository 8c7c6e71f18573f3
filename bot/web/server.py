"""The page's HTTP server: which hosts and origins it answers, and with which headers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.web.chat import CHAT, Chat
from bot.web.config import WebConfig
from bot.web.errors import web_errors
from bot.web.events import add_routes
from http_server.hosts import names_this_machine
from http_server.listening import add_headers, listening
from http_server.loopback import LOOPBACK
from reunite.handlers import Handlers

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
    " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_OTHER_SITES: Final = {"cross-site", "same-site"}
_log = structlog.get_logger(__name__)


@asynccontextmanager
async def serving(handlers: Handlers, chat: Chat, config: WebConfig) -> AsyncIterator[str]:
    """Serve the page within the context; yield its address."""
    application = web.Application(middlewares=[web_errors, _guard(config)])
    application[CHAT] = chat
    add_headers(application, _HEADERS, cache_control="no-cache")
    add_routes(application, handlers, chat)
    async with listening(application, config.host, config.port, "PORT") as url:
        _log.info("page_ready", url=url)
        yield url


def _guard(config: WebConfig) -> Middleware:
    """Keep other sites out: host names that DNS rebinding points here, and requests from their pages."""
    hosts = {*LOOPBACK, config.host}

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not names_this_machine(request, hosts):
            raise web.HTTPMisdirectedRequest
        only_reads = request.method in {"GET", "HEAD"} and "Upgrade" not in request.headers
        if not only_reads and _is_of_another_site(request):
            raise web.HTTPForbidden
        return await handler(request)

    return guard


def _is_of_another_site(request: web.Request) -> bool:
    """Return whether a browser says that another site's page makes the request; other programs say nothing."""
    origin = request.headers.get("Origin", f"http://{request.host}")
    return origin != f"http://{request.host}" or request.headers.get("Sec-Fetch-Site", "none") in _OTHER_SITES
