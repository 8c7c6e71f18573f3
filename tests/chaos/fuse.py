"""Kills its own process (SIGKILL) right after a step: a transaction, a request that changes something, or a message."""

import asyncio
import os
import signal
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

import aiohttp
import psycopg
from psycopg.pq import TransactionStatus

_READING: Final = {"GET", "HEAD"}


class Fuse:
    """Lit by SIGUSR2, it counts as many steps as the file then says, and deletes the file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._left: int | None = None

    def lay(self) -> None:
        """Count the steps of this process."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, self._light)
        wait, request = psycopg.AsyncConnection.wait, aiohttp.ClientSession._request
        send = aiohttp.ClientWebSocketResponse.send_str

        async def counted_wait(connection: Any, steps: Generator[Any, Any, Any], *given: Any, **more: Any) -> Any:
            result = await wait(connection, steps, *given, **more)
            is_listening = getattr(steps, "__name__", "") == "notifies"
            if not is_listening and connection.info.transaction_status is TransactionStatus.IDLE:
                self._burn()
            return result

        async def counted_request(session: Any, method: str, *given: Any, **more: Any) -> Any:
            result = await request(session, method, *given, **more)
            if method.upper() not in _READING:
                self._burn()
            return result

        async def counted_send(socket: Any, *given: Any, **more: Any) -> None:
            await send(socket, *given, **more)
            self._burn()

        setattr(psycopg.AsyncConnection, "wait", counted_wait)  # noqa: B010 - mypy takes no assignment to a method
        setattr(aiohttp.ClientSession, "_request", counted_request)  # noqa: B010
        setattr(aiohttp.ClientWebSocketResponse, "send_str", counted_send)  # noqa: B010

    def _light(self) -> None:
        self._left = int(self._file.read_text())
        self._file.unlink()

    def _burn(self) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
