"""What the page sends, read and checked: forms with photos, JSON, names."""

from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import BodyPartReader, web

from reunite import rules
from reunite.errors import TellUserError
from reunite.model import IncomingPhoto, Member

MOST_PHOTO_BYTES: Final = 25 * 1024 * 1024
"""The largest photo that is taken: what intake can open."""
_MOST_FIELD_BYTES: Final = 256 * 1024
_MOST_NAME: Final = 40


@dataclass(slots=True)
class Sent:
    """What a multipart request held."""

    fields: dict[str, str] = field(default_factory=dict)
    photos: list[IncomingPhoto] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Tell whether a checkbox was ticked."""
        return bool(self.fields.get(name))


async def form(request: web.Request) -> Sent:
    """Read a whole form, so that a refusal reaches the sender. TellUserError: photos too many or too big."""
    if request.content_type != "multipart/form-data":
        raise web.HTTPUnsupportedMediaType
    sent, refused = Sent(), None
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise web.HTTPBadRequest
        is_photo = part.filename is not None
        data = await _take(part, 0 if refused else MOST_PHOTO_BYTES if is_photo else _MOST_FIELD_BYTES)
        if not is_photo and data is not None:
            sent.fields[part.name] = data.decode(errors="replace")
        elif is_photo and data:
            sent.photos.append(IncomingPhoto(part.filename or "photo", data=data))
        elif is_photo and data is None:
            refused = refused or _too_large(part.filename or "photo")
        if len(sent.photos) > rules.MOST_PHOTOS:
            refused = TellUserError("too_many_photos", count=len(sent.photos), number=rules.MOST_PHOTOS)
    if refused:
        raise refused
    return sent


def _too_large(name: str) -> TellUserError:
    return TellUserError("photo_too_large", name=name, megabytes=MOST_PHOTO_BYTES // 2**20)


async def _take(part: BodyPartReader, most: int) -> bytes | None:
    """Read a part to its end; None where it is longer than `most` bytes."""
    data = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        data += chunk[: most + 1 - len(data)]
    return bytes(data) if len(data) <= most else None


async def json(request: web.Request) -> dict[str, Any]:
    """Read a JSON object."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        said = await request.json()
    except ValueError:
        raise web.HTTPBadRequest from None
    if not isinstance(said, dict):
        raise web.HTTPBadRequest
    return said


def member(name: object) -> Member:
    """On the page a name is all there is to a person."""
    shown = " ".join(str(name or "").replace("\0", "").split())[:_MOST_NAME]
    if not shown:
        raise web.HTTPBadRequest
    return Member(shown.casefold(), shown)


def number(value: object) -> int:
    """Read a message's number."""
    if not isinstance(value, int):
        raise web.HTTPBadRequest
    return value
