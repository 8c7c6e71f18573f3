"""The page's HTTP server: which hosts and origins it answers, and with which headers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.web.chat import Chat
from bot.web.config import WebConfig
from bot.web.errors import web_errors
from bot.web.events import add_routes
from reunite.handlers import Handlers

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
    " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}
_log = structlog.get_logger(__name__)


@asynccontextmanager
async def serving(handlers: Handlers, chat: Chat, config: WebConfig) -> AsyncIterator[str]:
    """Serve the page within the context; yield its address."""
    application = web.Application(middlewares=[web_errors, _guard(config)])
    application.on_response_prepare.append(_add_headers)
    add_routes(application, handlers, chat)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, config.host, config.port).start()
        host, port = runner.addresses[0][:2]
        url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        _log.info("page_ready", url=url)
        yield url
    finally:
        await runner.cleanup()


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
    response.headers.setdefault("Cache-Control", "no-cache")


def _guard(config: WebConfig) -> Middleware:
    """Keep other sites out: host names that DNS rebinding points here, and requests from their pages."""
    hosts = {*_LOOPBACK, config.host}

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if urlsplit(f"//{request.host}").hostname not in hosts:
            raise web.HTTPMisdirectedRequest
        origin = request.headers.get("Origin")
        only_reads = request.method in {"GET", "HEAD"} and "Upgrade" not in request.headers
        if origin is not None and not only_reads and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden
        return await handler(request)

    return guard
