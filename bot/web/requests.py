"""The page's requests, read and checked: forms with photos, JSON, names."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from http_server.forms import parts
from reunite import rules
from reunite.entities import IncomingPhoto, Member
from reunite.errors import TellUserError
from reunite.text.controls import storable

_KEY: Final = re.compile(r"[\w-]{8,64}")
_MAX_FIELDS_BYTES: Final = 2**22
"""More than anyone types. The handlers know how long each may be, and refuse it with its own length."""
_MAX_NAME: Final = 40
_NUMBERS_END: Final = 2**63
"""PostgreSQL's bigint ends before it."""


@dataclass(slots=True)
class FormInput:
    """What a multipart request contained."""

    fields: dict[str, str] = field(default_factory=dict)
    photos: list[IncomingPhoto] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Return whether a checkbox was ticked."""
        return bool(self.fields.get(name))

    @property
    def key(self) -> str:
        """The idempotency key that the page gives a post, a search or a press."""
        return key(self.fields.get("id"))


def key(value: object) -> str:
    """Return an idempotency key."""
    given = text(value)
    if not _KEY.fullmatch(given):
        raise web.HTTPBadRequest
    return given


async def form_input(request: web.Request) -> FormInput:
    """Read a whole form, so that a refusal reaches the page. Raises TellUserError: photos too many or too large."""
    if request.content_type != "multipart/form-data":
        raise web.HTTPUnsupportedMediaType
    given, refused, photos = FormInput(), None, 0
    left = _MAX_FIELDS_BYTES
    async for part in parts(request):
        is_photo = part.filename is not None
        most = rules.MAX_PHOTO_BYTES if is_photo else left
        data = await part.read(0 if refused else most)
        if not is_photo and data is not None:
            left -= len(data)
            given.fields[part.name] = storable(data.decode(errors="replace"))
        elif is_photo and data:
            given.photos.append(IncomingPhoto(part.filename or "photo", data=data))
        elif is_photo and data is None:
            refused = refused or _too_large(part.filename or "photo")
        elif not refused:
            raise web.HTTPRequestEntityTooLarge(_MAX_FIELDS_BYTES, _MAX_FIELDS_BYTES + 1)
        if is_photo and data != b"":  # the browser sends an empty one where none was chosen
            photos += 1
        if photos > rules.MAX_PHOTOS:
            refused = TellUserError("too_many_photos", count=photos, number=rules.MAX_PHOTOS)
    if refused:
        raise refused
    return given


def _too_large(name: str) -> TellUserError:
    return TellUserError("photo_too_large", name=name, megabytes=rules.MAX_PHOTO_BYTES // 2**20)


async def json_body(request: web.Request) -> dict[str, Any]:
    """Read a JSON object."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        body = await request.json()
    except (ValueError, LookupError, RecursionError):  # no JSON, an unknown charset, nested too deep
        raise web.HTTPBadRequest from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    return body


def text(value: object) -> str:
    """Return a string that can be stored."""
    if not isinstance(value, str):
        raise web.HTTPBadRequest
    return storable(value)


def member(name: object) -> Member:
    """Return a person, who is only a name on the page."""
    shown = " ".join(text(name).split())[:_MAX_NAME]
    if not shown:
        raise web.HTTPBadRequest
    return Member(shown.casefold(), shown)


def number(value: object) -> int:
    """Return a message's number."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < _NUMBERS_END:
        raise web.HTTPBadRequest
    return value
