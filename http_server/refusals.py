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
MAX_WAIT: Final = web.AppKey[float]("max_wait")
"""An application's own limit, in seconds, for a request's head, and for a pause while its body comes."""
MAX_WAIT_SECONDS: Final = 300.0
_LONGEST_BODY: Final = 12
"""The limit for a whole body, in pauses: an hour, in which the largest comes over 150 kbit/s."""

_log = structlog.get_logger(__name__)


def plainly(_: web.BaseRequest, status: HTTPStatus) -> web.Response:
    """Refuse with a line of text."""
    return web.Response(text=f"{status.value} {status.phrase}\n", status=status.value)


def connections(runner: web.AppRunner, refuse: Refuse, max_wait: float) -> Callable[[], web.RequestHandler]:
    """Return a factory of an application's connections.

    A client that stops sending in the middle of a request is disconnected: connections are limited.
    """
    server = runner.server
    if server is None:
        raise RuntimeError("The application isn't set up.")
    server.request_handler = _watching_bodies(_refusing_expectations(server.request_handler, refuse), max_wait)
    return lambda: _Connection(server, refuse, max_wait)


class _Connection(web.RequestHandler):
    """A client's connection. Between requests it may be idle for longer than proxies keep theirs, as aiohttp has it."""

    __slots__ = ("_head_due", "_max_wait", "_refuse")

    def __init__(self, server: web.Server, refuse: Refuse, max_wait: float) -> None:
        # No access log, because paths may contain a code. (None is allowed, although its type says otherwise.)
        super().__init__(server, loop=asyncio.get_running_loop(), access_log=None)  # type: ignore[arg-type]
        self._refuse = refuse
        self._max_wait = max_wait
        self._head_due: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Take what has come, and give a head that isn't complete its time."""
        super().data_received(data)
        if self._waiter is None or self._waiter.done():
            self._stop_waiting()
        elif self._head_due is None:
            self._head_due = asyncio.get_running_loop().call_later(self._max_wait, self.force_close)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _stop_waiting(self) -> None:
        if self._head_due:
            self._head_due.cancel()
            self._head_due = None

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


def _watching_bodies(handle: Handle, max_wait: float) -> Handle:
    """Disconnect a client whose request's body no longer comes, or takes far too long."""

    async def handled(request: web.BaseRequest) -> web.StreamResponse:
        watch = asyncio.create_task(_watch_body(request, max_wait))
        try:
            return await handle(request)
        finally:
            watch.cancel()

    return handled


async def _watch_body(request: web.BaseRequest, max_wait: float) -> None:
    body, received = request.content, 0
    for _ in range(_LONGEST_BODY):
        await asyncio.sleep(max_wait)
        if body.is_eof():
            return
        if body.total_bytes == received:
            break
        received = body.total_bytes
    _log.warning("request_cut_off", received_bytes=received)
    request.protocol.force_close()


def _refusing_expectations(handle: Handle, refuse: Refuse) -> Handle:
    """Refuse unknown `Expect` headers: aiohttp would do so before the application's middleware."""

    async def handled(request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await handle(request)
        except web.HTTPExpectationFailed:
            return refuse(request, HTTPStatus.EXPECTATION_FAILED)

    return handled
