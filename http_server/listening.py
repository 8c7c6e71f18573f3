"""Runs an HTTP server as a context manager."""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from http_server.refusals import MAX_WAIT, MAX_WAIT_SECONDS, REFUSE, connections, plainly

_SHUTDOWN_SECONDS: Final = 2.0
_UTF_8: Final = {None, "utf-8", "utf8"}


class PortTakenError(Exception):
    """Another program listens on a port; `variable` is the setting to change it."""

    def __init__(self, port: int, variable: str) -> None:
        super().__init__(f"port {port} is taken ({variable})")
        self.port = port
        self.variable = variable


@web.middleware
async def _readable_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse bodies that can't be read, and any charset but UTF-8: Python's punycode takes quadratic time."""
    if (request.charset and request.charset.lower()) not in _UTF_8:
        raise web.HTTPUnsupportedMediaType
    try:
        return await handler(request)
    except web.RequestPayloadError as error:  # broken compression or chunks
        raise web.HTTPBadRequest from error
    except ConnectionResetError as error:
        if request.transport is None:  # the client has gone
            raise web.HTTPBadRequest from error
        raise


def add_headers(application: web.Application, headers: Mapping[str, str], cache_control: str = "no-store") -> None:
    """Give these headers to all responses, and `cache_control` to those that don't say how long they may be kept."""

    async def add(_: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)
        response.headers.setdefault("Cache-Control", cache_control)

    application.on_response_prepare.append(add)


@asynccontextmanager
async def listening(
    application: web.Application, host: str, port: int, variable: str, *, shutdown_seconds: float = _SHUTDOWN_SECONDS
) -> AsyncIterator[str]:
    """Serve within the context; yield the address. `variable` is the port's setting. Raises PortTakenError.

    The application's `REFUSE`, if it has one, responds to what isn't a valid HTTP request.
    """
    application.middlewares.append(_readable_only)  # innermost, so that refusals look like the application's others
    runner = web.AppRunner(application, shutdown_timeout=shutdown_seconds)
    await runner.setup()
    try:
        connection = connections(runner, application.get(REFUSE, plainly), application.get(MAX_WAIT, MAX_WAIT_SECONDS))
        listener = await _listen(connection, host, port, variable)
        try:
            host, port = listener.sockets[0].getsockname()[:2]
            yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        finally:
            listener.close()
    finally:
        await runner.cleanup()


async def _listen(connection: Callable[[], web.RequestHandler], host: str, port: int, variable: str) -> asyncio.Server:
    try:
        return await asyncio.get_running_loop().create_server(connection, host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(port, variable) from error
        raise


def shared_files() -> web.StaticDef:
    """Return the route to the style and the icon that all pages share."""
    return web.static("/shared", Path(str(resources.files("http_server").joinpath("static"))))
