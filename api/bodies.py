"""Requests' bodies, read and checked: JSON, or a multipart form with files."""

import base64
import binascii
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, TypeVar, get_origin

from aiohttp import BodyPartReader, web
from pydantic import ValidationError
from yarl import URL

from api.problems import ProblemError, invalid
from api.schemas import Body
from reunite.entities import IncomingPhoto

MOST_PHOTO_BYTES: Final = 25 * 1024 * 1024
"""The largest photo that intake can open."""
MOST_BODY_BYTES: Final = 64 * 1024 * 1024
FORM, JSON = "multipart/form-data", "application/json"
_MOST_PARTS: Final = 64
B = TypeVar("B", bound=Body)


async def read_body(request: web.Request, model: type[B], *, forms: bool) -> B:
    """Read what `model` describes. Raises ProblemError."""
    try:
        if request.content_type == JSON:
            return _from_json(await request.read(), model)
        if forms and request.content_type == FORM:
            return model.model_validate(await _form(request, model))
    except ValidationError as error:
        raise invalid(error) from error
    accepted = f"{JSON} or {FORM}" if forms else JSON
    raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send the request as {accepted}.")


def _from_json(data: bytes, model: type[B]) -> B:
    try:
        json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "The request isn't valid JSON.") from error
    return model.model_validate_json(data, strict=True)


async def _form(request: web.Request, model: type[Body]) -> Mapping[str, Any]:
    lists = {name for name, field in model.model_fields.items() if get_origin(field.annotation) is list}
    given: dict[str, Any] = {}
    try:
        async for number, part in _numbered(request):
            if not isinstance(part, BodyPartReader) or part.name is None or number >= _MOST_PARTS:
                raise ProblemError(HTTPStatus.BAD_REQUEST, "The form has parts without a name, or too many.")
            value = await _value(part)
            if part.name in lists:
                given.setdefault(part.name, []).append(value)
            else:
                given[part.name] = value
    except (ValueError, AssertionError, LookupError) as error:  # what aiohttp raises for a malformed form
        raise ProblemError(HTTPStatus.BAD_REQUEST, "The form can't be read.") from error
    return given


async def _numbered(request: web.Request) -> Any:
    number = 0
    async for part in await request.multipart():
        yield number, part
        number += 1


async def _value(part: BodyPartReader) -> str:
    data = bytes(await part.read(decode=True))
    return base64.b64encode(data).decode() if part.filename is not None else data.decode()


def photo_bytes(given: str) -> bytes:
    """Return a photo's bytes from base64 or a `data:` URL. Raises ProblemError."""
    encoded = given
    if given.startswith("data:"):
        head, _, encoded = given.partition(",")
        if not head.endswith(";base64"):
            raise _unusable("A `data:` URL must carry base64.")
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unusable("A photo is neither base64 nor a `data:` URL.") from error
    if len(data) > MOST_PHOTO_BYTES:
        raise _unusable(f"A photo is larger than {MOST_PHOTO_BYTES // 2**20} MB.")
    if not data:
        raise _unusable("A photo is empty.")
    return data


def incoming_photo(given: str, number: int, hosts: frozenset[str]) -> IncomingPhoto:
    """Return a photo to store: its bytes, or a link to one of the `hosts`. Raises ProblemError."""
    name = f"photo-{number}"
    if not given.startswith(("https:", "http:")):
        return IncomingPhoto(name, data=photo_bytes(given))
    try:
        host = URL(given).host
    except ValueError:
        host = None
    if host not in hosts or not given.startswith("https:"):
        raise _unusable(
            "Photos can be fetched only by https and from hosts that the operator allows (REUNITE_PHOTO_HOSTS)."
        )
    return IncomingPhoto(name, url=given)


def _unusable(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
