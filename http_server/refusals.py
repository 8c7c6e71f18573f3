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
SENT_WITHIN: Final = web.AppKey[float]("sent_within")
"""An application's own limit, in seconds, for what a client takes to send a request's head, and its body."""
SENT_WITHIN_SECONDS: Final = 300.0
"""Enough for ten photos over a phone's connection, and longer than proxies keep idle connections."""

_log = structlog.get_logger(__name__)


def plainly(_: web.BaseRequest, status: HTTPStatus) -> web.Response:
    """Refuse with a line of text."""
    return web.Response(text=f"{status.value} {status.phrase}\n", status=status.value)


def connections(runner: web.AppRunner, refuse: Refuse, patience: float) -> Callable[[], web.RequestHandler]:
    """Return a factory of an application's connections.

    A client that takes longer than `patience` to send a head or a body is disconnected: connections are limited.
    """
    server = runner.server
    if server is None:
        raise RuntimeError("The application isn't set up.")
    server.request_handler = _waiting(_refusing_expectations(server.request_handler, refuse), patience)
    return lambda: _Connection(server, refuse, patience)


class _Connection(web.RequestHandler):
    """A client's connection."""

    __slots__ = ("_refuse",)

    def __init__(self, server: web.Server, refuse: Refuse, patience: float) -> None:
        # No access log, because paths may contain a code. (None is allowed, although its type says otherwise.)
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=patience,  # counts from the connection or the last answer to the end of the next head
            access_log=None,  # type: ignore[arg-type]
        )
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


def _waiting(handle: Handle, patience: float) -> Handle:
    """Disconnect a client whose request's body isn't there in time."""

    async def handled(request: web.BaseRequest) -> web.StreamResponse:
        end = asyncio.get_running_loop().call_later(patience, _hang_up, request)
        try:
            return await handle(request)
        finally:
            end.cancel()

    return handled


def _hang_up(request: web.BaseRequest) -> None:
    if not request.content.is_eof():
        request.protocol.force_close()


def _refusing_expectations(handle: Handle, refuse: Refuse) -> Handle:
    """Refuse unknown `Expect` headers: aiohttp would do so before the application's middleware."""

    async def handled(request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await handle(request)
        except web.HTTPExpectationFailed:
            return refuse(request, HTTPStatus.EXPECTATION_FAILED)

    return handled
