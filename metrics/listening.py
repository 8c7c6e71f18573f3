"""An HTTP server for as long as it's needed."""

import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

_SHUTDOWN_SECONDS: Final = 2.0


class PortTakenError(Exception):
    """Another program listens on a port; `variable` is the setting that chooses another one."""

    def __init__(self, port: int, variable: str) -> None:
        super().__init__(f"port {port} is taken ({variable})")
        self.port = port
        self.variable = variable


@asynccontextmanager
async def listening(
    application: web.Application, host: str, port: int, variable: str, *, shutdown_seconds: float = _SHUTDOWN_SECONDS
) -> AsyncIterator[str]:
    """Serve within the context; yield the address. `variable` is the port's setting. Raises PortTakenError."""
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
