"""Reads submitted forms, always as UTF-8: some of the charsets a sender may name take long to decode."""

from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from reunite.text.controls import storable

_PHOTO: Final = "photo"
_MAX_PLAIN_BYTES: Final = 64 * 1024
"""The largest form without a photo."""
_MALFORMED: Final = (
    HttpProcessingError,
    ValueError,
    AssertionError,
    LookupError,
    RuntimeError,
    web.RequestPayloadError,
)
"""What aiohttp raises for a form that no browser sends."""


async def plain_form(request: web.Request) -> dict[str, str]:
    """Return a small form's fields, without characters that can't be stored. Raises HTTPBadRequest."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPBadRequest
    try:
        data = await request.content.read(_MAX_PLAIN_BYTES + 1)
        while len(data) <= _MAX_PLAIN_BYTES and not request.content.at_eof():
            data += await request.content.read(_MAX_PLAIN_BYTES + 1 - len(data))
        if len(data) > _MAX_PLAIN_BYTES:
            raise web.HTTPRequestEntityTooLarge(_MAX_PLAIN_BYTES, len(data))
        return {name: storable(value).strip() for name, value in parse_qsl(data.decode(), keep_blank_values=True)}
    except _MALFORMED:
        raise web.HTTPBadRequest from None


async def form(request: web.Request) -> tuple[dict[str, str], bytes]:
    """Return a form's fields, without characters that can't be stored, and its photo. Raises HTTPBadRequest."""
    if not request.content_type.startswith("multipart/"):
        return await plain_form(request), b""
    fields, photo = dict[str, str](), b""
    try:
        async for name, data in _parts(request):
            if name == _PHOTO:
                photo = data
            else:
                fields[name] = storable(data.decode(errors="ignore")).strip()
    except _MALFORMED:
        raise web.HTTPBadRequest from None
    return fields, photo


async def _parts(request: web.Request) -> AsyncIterator[tuple[str, bytes]]:
    left = request.client_max_size
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise web.HTTPBadRequest
        data = bytearray()
        while chunk := await part.read_chunk():
            left -= len(chunk)
            if left < 0:
                raise web.HTTPRequestEntityTooLarge(request.client_max_size, request.client_max_size - left)
            data += chunk
        yield part.name, bytes(data)
