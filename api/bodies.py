"""Reads and checks request bodies: JSON, or multipart forms with files."""

import base64
from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import Any, Final, TypeVar, get_origin

from aiohttp import web
from pydantic import ValidationError
from yarl import URL

from api.problems import ProblemError, invalid
from api.schemas import FILE_FIELDS, Body
from http_server.forms import MAX_PARTS, parts
from reunite import rules
from reunite.entities import IncomingPhoto
from reunite.text.controls import storable

MAX_BODY_BYTES: Final = 64 * 1024 * 1024
FORM, JSON = "multipart/form-data", "application/json"
B = TypeVar("B", bound=Body)


async def read_body(request: web.Request, model: type[B], *, forms: bool) -> B:
    """Read a body that `model` describes. Raises ProblemError."""
    if (announced := request.content_length or 0) > MAX_BODY_BYTES:  # before it's read
        raise web.HTTPRequestEntityTooLarge(max_size=MAX_BODY_BYTES, actual_size=announced)
    try:
        if request.content_type == JSON:
            return model.model_validate_json(await request.read(), strict=True)
        if forms and request.content_type == FORM:
            return model.model_validate(await _form(request, model))
    except ValidationError as error:
        raise invalid(error) from error
    accepted = f"{JSON} or {FORM}" if forms else JSON
    raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send the request as {accepted}.")


async def _form(request: web.Request, model: type[Body]) -> Mapping[str, Any]:
    lists = {name for name, field in model.model_fields.items() if get_origin(field.annotation) is list}
    fields: dict[str, Any] = {}
    try:
        async for name, value in _values(request):
            if name in lists:
                fields.setdefault(name, []).append(value)
            else:
                fields[name] = value
    except (web.HTTPBadRequest, UnicodeDecodeError) as error:
        detail = f"The form is malformed. Send it as {FORM}, with at most {MAX_PARTS} parts, each with a name."
        raise ProblemError(HTTPStatus.BAD_REQUEST, detail) from error
    return fields


async def _values(request: web.Request) -> AsyncIterator[tuple[str, str]]:
    """Yield a form's fields, files as base64, within the limit for all bodies."""
    left = MAX_BODY_BYTES
    async for part in parts(request):
        data = await part.read(left)
        if data is None:
            raise web.HTTPRequestEntityTooLarge(max_size=MAX_BODY_BYTES, actual_size=MAX_BODY_BYTES + 1)
        left -= len(data)
        is_file = part.filename is not None and part.name in FILE_FIELDS
        yield part.name, base64.b64encode(data).decode() if is_file else data.decode()


def photo_bytes(photo: str) -> bytes:
    """Return a photo's bytes from base64 or a `data:` URL. Raises ProblemError."""
    encoded = photo
    if photo.startswith("data:"):
        head, _, encoded = photo.partition(",")
        if not head.endswith(";base64"):
            raise _unusable("A `data:` URL must carry base64.")
    try:
        data = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise _unusable("A photo is neither base64 nor a `data:` URL.") from error
    if len(data) > rules.MAX_PHOTO_BYTES:
        raise _unusable(f"A photo is larger than {rules.MAX_PHOTO_BYTES // 2**20} MB.")
    if not data:
        raise _unusable("A photo is empty.")
    return data


def incoming_photo(photo: str, number: int, hosts: frozenset[str]) -> IncomingPhoto:
    """Return a photo to store, from its bytes or a link to one of the `hosts`. Raises ProblemError."""
    name = f"photo-{number}"
    if not photo.startswith(("https:", "http:")):
        return IncomingPhoto(name, data=photo_bytes(photo))
    if not _may_be_fetched(photo, hosts):
        raise _unusable(
            "Photos can be fetched only by https and from hosts that the operator allows (REUNITE_PHOTO_HOSTS)."
        )
    return IncomingPhoto(name, url=photo)


def _may_be_fetched(link: str, hosts: frozenset[str]) -> bool:
    try:
        return rules.may_be_fetched(URL(link), hosts) and storable(link) == link
    except ValueError:
        return False


def _unusable(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
