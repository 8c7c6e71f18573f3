"""Serves photos that a browser may keep, as long as it asks each time whether they may still be seen."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from aiohttp import web


async def photo_response(
    request: web.Request, photo: UUID, read: Callable[[UUID], Awaitable[bytes | None]]
) -> web.Response:
    """Return a photo that the caller may see; it's read only if the client doesn't have it. Raises HTTPNotFound.

    A stored copy never changes, so its id is its version.
    """
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{photo}"'}
    if any(known.value in {str(photo), "*"} for known in request.if_none_match or ()):
        return web.Response(status=web.HTTPNotModified.status_code, headers=headers)
    copy = await read(photo)
    if not copy:
        raise web.HTTPNotFound
    return web.Response(body=copy, content_type="image/jpeg", headers=headers)
