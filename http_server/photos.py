"""Serves photos' stored copies."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from aiohttp import ETag, web

_CACHE_CONTROL: Final = "private, no-cache"
"""A browser keeps a photo, but asks each time whether it's still there: it may have been deleted."""


def photo_response(request: web.Request, photo: UUID, copy: bytes) -> web.Response:
    """Respond with a photo's stored copy, which never changes, or say that the client has it already."""
    tag, headers = str(photo), {"Cache-Control": _CACHE_CONTROL}
    if ETag(tag) in (request.if_none_match or ()):
        response = web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    else:
        response = web.Response(body=copy, content_type="image/jpeg", headers=headers)
    response.etag = tag
    return response
