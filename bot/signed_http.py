"""Signed JSON over HTTP, both ways."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import structlog
from aiohttp import ClientError, ClientResponse, ClientSession, web
from pydantic import TypeAdapter, ValidationError

from bot.signatures import ID, seconds_since_signed, signed
from reunite.certificates import certificate_problem
from reunite.errors import DefectError, PostGoneError, TryAgainError, UndeliverableError
from reunite.retry_after import seconds_to_wait

_MAX_ANSWER: Final = 64 * 1024
_TOLERANCE_SECONDS: Final = 300
"""Seconds that the two sides' clocks may differ by, the message's transit included."""
_RETRIED: Final = {401, 404, 408, 425, 429}
"""The first two mean a wrong secret or address, which the operator can correct."""
_OBJECT: Final = TypeAdapter(dict[str, Any])
_log = structlog.get_logger(__name__)


async def read_signed(key: bytes, request: web.Request) -> tuple[str, dict[str, Any]]:
    """Return the id and the JSON object of a signed request; aiohttp limits its size."""
    body = await request.read()
    seconds = seconds_since_signed(key, request.headers, body)
    if seconds is None:
        raise web.HTTPUnauthorized
    if abs(seconds) > _TOLERANCE_SECONDS:  # only a holder of the secret can fill the log
        _log.warning("webhook_clock_differs", seconds=round(seconds))
        raise web.HTTPUnauthorized
    try:
        return request.headers[ID], _OBJECT.validate_json(body)
    except ValidationError as error:
        raise web.HTTPUnprocessableEntity(text=str(error)) from None


async def call(session: ClientSession, url: str, key: bytes, body: Mapping[str, Any]) -> dict[str, Any]:
    """Send a signed JSON object, and return the one in the answer. Raises TryAgainError, UndeliverableError.

    Raises DefectError for an answer that is no JSON object, tried a few times only: the chat may have taken it.
    """
    content = _OBJECT.dump_json(dict(body))
    headers = {**signed(key, content), "Content-Type": "application/json"}
    try:
        async with session.post(url, data=content, headers=headers, allow_redirects=False) as response:
            _check(response)
            return _OBJECT.validate_json(await _content(response))
    except (ClientError, TimeoutError) as error:
        raise TryAgainError(certificate_problem(error) or type(error).__name__) from error
    except ValidationError as error:
        raise DefectError("The answer to a call isn't a JSON object.") from error


def _check(response: ClientResponse) -> None:
    """Raise what an answer says went wrong."""
    reason = f"the chat answers {response.status}"
    if response.status in _RETRIED or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise TryAgainError(reason, seconds_to_wait(response.headers.get("Retry-After")))
    if response.status == HTTPStatus.GONE:
        raise PostGoneError(reason)
    if response.status != HTTPStatus.OK:
        raise UndeliverableError(reason)


async def _content(response: ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(_MAX_ANSWER):
        content += chunk
        if len(content) > _MAX_ANSWER:
            raise DefectError("The answer to a call is too long.")
    return bytes(content)
