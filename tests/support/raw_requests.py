"""Requests as bytes on a connection, which no HTTP client would send."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.support.waiting import PATIENCE


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What came back; the headers' names are in lower case."""

    status: int
    headers: dict[str, str]
    body: str


async def send_raw(url: str, head: bytes, body: bytes = b"") -> RawAnswer:
    """Send a request as it is, and read until the server closes or has sent its answer."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(head + b"\r\n\r\n" + body)
        async with asyncio.timeout(PATIENCE):
            start, _, lines = (await reader.readuntil(b"\r\n\r\n")).decode().partition("\r\n")
            headers = {
                name.lower(): value for name, _, value in (line.partition(": ") for line in lines.strip().split("\r\n"))
            }
            content = await reader.readexactly(int(headers.get("content-length", "0")))
    finally:
        writer.close()
    return RawAnswer(int(start.split()[1]), headers, content.decode())
