"""A proxy whose connections may fall silent: as if the host behind them had vanished, without a word."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from db.cancellation import stop

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
SOCKET: Final = ".s.PGSQL.5432"
"""PostgreSQL's clients look for this name in a folder; others take its whole path."""


@dataclass
class SilentProxy:
    """Passes everything on until it's silenced; `silences_new` also takes new connections and says nothing."""

    connect: Callable[[], Awaitable[Stream]]
    silences_new: bool = False
    taken: int = 0
    """Connections so far."""
    _talking: set[asyncio.Task[None]] = field(default_factory=set)

    async def silence(self) -> None:
        """Let every connection fall silent; new ones are still served unless `silences_new`."""
        await stop(*self._talking)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.taken += 1
        if self.silences_new:
            await self._keep(reader, writer)
            return
        answers, to_server = await self.connect()
        ways = [asyncio.create_task(_pass(*way)) for way in ((reader, to_server), (answers, writer))]
        self._talking.update(ways)
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        if any(way.cancelled() for way in ways):
            await self._keep(reader, writer)
        await stop(*ways)
        self._talking.difference_update(ways)
        for end in (writer, to_server):
            end.close()

    @staticmethod
    async def _keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read what is said, and never answer."""
        with suppress(OSError):
            while await reader.read(2**16):
                pass
        writer.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(2**16):
            writer.write(data)


@asynccontextmanager
async def proxy_of_socket(server: str) -> AsyncIterator[tuple[SilentProxy, Path]]:
    """Run a proxy before a server's Unix socket; yield it with its own socket."""
    proxy = SilentProxy(lambda: asyncio.open_unix_connection(server))
    with tempfile.TemporaryDirectory() as here:
        path = Path(here) / SOCKET
        serving = await asyncio.start_unix_server(proxy.serve, path)
        try:
            yield proxy, path
        finally:
            serving.close()
