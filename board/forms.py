"""Reads submitted forms, always as UTF-8: some of the charsets a sender may name take long to decode."""

from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web

from http_server.forms import malformed_refused, parts
from reunite.text.controls import storable

_PHOTO: Final = "photo"
_MAX_PLAIN_BYTES: Final = 64 * 1024
"""The largest form without a photo."""


async def plain_form(request: web.Request) -> dict[str, str]:
    """Return a small form's fields, without characters that can't be stored. Raises HTTPBadRequest."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPBadRequest
    with malformed_refused():
        data = await request.content.read(_MAX_PLAIN_BYTES + 1)
        while len(data) <= _MAX_PLAIN_BYTES and not request.content.at_eof():
            data += await request.content.read(_MAX_PLAIN_BYTES + 1 - len(data))
        if len(data) > _MAX_PLAIN_BYTES:
            raise web.HTTPRequestEntityTooLarge(_MAX_PLAIN_BYTES, len(data))
        return {name: storable(value).strip() for name, value in parse_qsl(data.decode(), keep_blank_values=True)}


async def form(request: web.Request) -> tuple[dict[str, str], bytes]:
    """Return a form's fields, without characters that can't be stored, and its photo. Raises HTTPBadRequest."""
    if request.content_type != "multipart/form-data":
        return await plain_form(request), b""
    fields, photo, left = dict[str, str](), b"", request.client_max_size
    async for part in parts(request):
        data = await part.read(left)
        if data is None:
            raise web.HTTPRequestEntityTooLarge(request.client_max_size, request.client_max_size + 1)
        left -= len(data)
        if part.name == _PHOTO:
            photo = data
        else:
            fields[part.name] = storable(data.decode(errors="ignore")).strip()
    return fields, photo
