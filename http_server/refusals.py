"""Responses to requests that reach no handler of an application, for which aiohttp only has bare text.

Middleware can't make them: it only sees requests that could be parsed and whose `Expect` header is known.
"""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web

Refuse = Callable[[web.BaseRequest, HTTPStatus], web.Response]
"""Makes the response; of the request, only the connection may be known."""
Handle = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
REFUSE: Final = web.AppKey[Refuse]("refuse")
"""An application's own way to refuse a request."""

_log = structlog.get_logger(__name__)


def plainly(_: web.BaseRequest, status: HTTPStatus) -> web.Response:
    """Refuse with a line of text."""
    return web.Response(text=f"{status.value} {status.phrase}\n", status=status.value)


def connections(runner: web.AppRunner, refuse: Refuse) -> Callable[[], web.RequestHandler]:
    """Return a factory of an application's connections."""
    server = runner.server
    if server is None:
        raise RuntimeError("The application isn't set up.")
    server.request_handler = _refusing_expectations(server.request_handler, refuse)
    return lambda: _Connection(server, refuse)


class _Connection(web.RequestHandler):
    """A client's connection."""

    __slots__ = ("_refuse",)

    def __init__(self, server: web.Server, refuse: Refuse) -> None:
        # No access log, because paths may contain a code. (None is allowed, although its type says otherwise.)
        super().__init__(server, loop=asyncio.get_running_loop(), access_log=None)  # type: ignore[arg-type]
        self._refuse = refuse

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Refuse what isn't valid HTTP, and close the connection."""
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            super().handle_error(request, status, exc, message)  # which logs it
        else:
            _log.debug("request_unreadable", error=type(exc).__name__)
        refusal = self._refuse(request, HTTPStatus(status))
        refusal.force_close()
        return refusal


def _refusing_expectations(handle: Handle, refuse: Refuse) -> Handle:
    """Refuse unknown `Expect` headers: aiohttp would do so before the application's middleware."""

    async def handled(request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await handle(request)
        except web.HTTPExpectationFailed:
            return refuse(request, HTTPStatus.EXPECTATION_FAILED)

    return handled
