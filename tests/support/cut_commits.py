"""A proxy before PostgreSQL that cuts connections exactly at a COMMIT, so that its client can't know the outcome."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from db.cancellation import stop

_COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"
"""A simple query: postgresql.org/docs/current/protocol-message-formats.html, "Query" (read 2026-11-29)."""
_USED = b"reunite.community"
"""What the first transaction of a connection says that's past its preparation."""
_SOCKET = ".s.PGSQL.5432"


@dataclass
class CuttingProxy:
    """Asks `cuts` at each COMMIT: None lets it pass, True cuts after it has taken effect, False before."""

    server: str
    url: str
    cuts: Callable[[], bool | None] = lambda: None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, to_server = await asyncio.open_unix_connection(self.server)
        is_cut = asyncio.Event()

        async def ask() -> None:
            is_in_use = False
            while data := await reader.read(2**16):
                is_in_use = is_in_use or _USED in data
                cut = self.cuts() if is_in_use and _COMMIT in data else None
                if cut is not None:
                    is_cut.set()
                if cut is False:
                    return
                to_server.write(data)

        async def answer() -> None:
            while (data := await answers.read(2**16)) and not is_cut.is_set():
                writer.write(data)

        tasks = [asyncio.create_task(one()) for one in (ask, answer)]
        with suppress(asyncio.CancelledError):  # the test is over
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        await stop(*tasks)
        for end in (writer, to_server):
            end.close()


@asynccontextmanager
async def cutting_commits(url: str) -> AsyncIterator[CuttingProxy]:
    """Run the proxy before the server of a database."""
    folder = str(conninfo_to_dict(url)["host"])
    with tempfile.TemporaryDirectory() as here:
        proxy = CuttingProxy(f"{folder}/{_SOCKET}", make_conninfo(url, host=here))
        async with await asyncio.start_unix_server(proxy.serve, Path(here) / _SOCKET):
            yield proxy
