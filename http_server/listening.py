"""Runs an HTTP server as a context manager."""

import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

_SHUTDOWN_SECONDS: Final = 2.0
_UTF_8: Final = {None, "utf-8", "utf8"}


class PortTakenError(Exception):
    """Another program listens on a port; `variable` is the setting that chooses another one."""

    def __init__(self, port: int, variable: str) -> None:
        super().__init__(f"port {port} is taken ({variable})")
        self.port = port
        self.variable = variable


@web.middleware
async def _utf_8_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse bodies in other charsets before they are decoded: Python's punycode takes quadratic time."""
    if (request.charset and request.charset.lower()) not in _UTF_8:
        raise web.HTTPUnsupportedMediaType
    return await handler(request)


@asynccontextmanager
async def listening(
    application: web.Application, host: str, port: int, variable: str, *, shutdown_seconds: float = _SHUTDOWN_SECONDS
) -> AsyncIterator[str]:
    """Serve within the context; yield the address. `variable` is the port's setting. Raises PortTakenError."""
    application.middlewares.append(_utf_8_only)  # innermost: the refusal looks like the application's others
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=shutdown_seconds)  # paths may contain a code
    await runner.setup()
    try:
        await _start(runner, host, port, variable)
        host, port = runner.addresses[0][:2]
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    finally:
        await runner.cleanup()


async def _start(runner: web.AppRunner, host: str, port: int, variable: str) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(port, variable) from error
        raise


def shared_files() -> web.StaticDef:
    """Return the route to the style and the icon that all pages share."""
    return web.static("/shared", Path(str(resources.files("http_server").joinpath("static"))))
