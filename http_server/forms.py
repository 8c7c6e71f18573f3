"""Reads multipart forms part by part, and refuses malformed ones with status 400."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

MAX_PARTS: Final = 64
_CHUNK_BYTES: Final = 64 * 1024
_MALFORMED: Final = (
    HttpProcessingError,
    ValueError,
    AssertionError,
    LookupError,
    RuntimeError,
    web.RequestPayloadError,
)
"""What aiohttp raises while it reads a malformed form."""


@contextmanager
def malformed_refused() -> Iterator[None]:
    """Raise HTTPBadRequest if a form that is read within the context is malformed."""
    try:
        yield
    except _MALFORMED as error:
        raise web.HTTPBadRequest from error


@dataclass(frozen=True, slots=True)
class Part:
    """A field or a file of a form."""

    name: str
    filename: str | None
    _reader: BodyPartReader

    async def read(self, most: int) -> bytes | None:
        """Return the content, or None once it is longer than `most` bytes. Raises HTTPBadRequest."""
        data = bytearray()
        with malformed_refused():
            while not self._reader.at_eof():
                data += await self._reader.read_chunk(_CHUNK_BYTES)
                if len(data) > most:
                    return None
            return bytes(self._reader.decode(data))


async def parts(request: web.Request) -> AsyncIterator[Part]:
    """Yield a form's parts, at most MAX_PARTS; what hasn't been read of one is skipped. Raises HTTPBadRequest."""
    with malformed_refused():
        form = await request.multipart()
    for _ in range(MAX_PARTS + 1):
        with malformed_refused():
            part = await form.next()
        if part is None:
            return
        if not isinstance(part, BodyPartReader) or part.name is None:
            break
        yield Part(part.name, part.filename, part)
    raise web.HTTPBadRequest
