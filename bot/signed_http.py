"""Signed JSON over HTTP, both ways, as the Standard Webhooks specification 1.0 has it (standardwebhooks.com).

The signature covers an id, the time and the body, so nothing can be forged, changed, or sent again later.
"""

import hmac
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final
from uuid import uuid4

from aiohttp import ClientError, ClientResponse, ClientSession, web
from pydantic import TypeAdapter, ValidationError

from reunite.errors import DefectError, PostGoneError, TryAgainError, UndeliverableError
from reunite.retry_after import seconds_to_wait

PREFIX: Final = "whsec_"
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
_KEY_BYTES: Final = range(24, 65)
_TOLERANCE: Final = 300
"""Seconds between the clocks of both sides, the way included."""
_MOST_ANSWER: Final = 64 * 1024
_COME_BACK: Final = {401, 404, 408, 425, 429}
"""The first two mean a wrong secret or address, which can be put right."""
_OBJECT: Final = TypeAdapter(dict[str, Any])


def key_of(secret: str) -> bytes:
    """Return the key in a secret: whsec_ and 24 to 64 bytes in Base64. Raises ValueError."""
    key = b64decode(secret.removeprefix(PREFIX), validate=True)
    if not secret.startswith(PREFIX) or len(key) not in _KEY_BYTES:
        raise ValueError(f"a secret is {PREFIX} and {_KEY_BYTES.start} to {_KEY_BYTES.stop - 1} bytes in Base64")
    return key


def signed(key: bytes, body: bytes) -> dict[str, str]:
    """Return the headers that sign a body, with a new id."""
    message, at = str(uuid4()), str(int(time.time()))
    return {ID: message, TIMESTAMP: at, SIGNATURE: _signature(key, message, at, body)}


def is_signed(key: bytes, headers: Mapping[str, str], body: bytes) -> bool:
    """Return whether a body was signed with the key, recently."""
    message, at = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not (message and at.isascii() and at.isdigit()) or abs(time.time() - int(at[:20])) > _TOLERANCE:
        return False
    expected = _signature(key, message, at, body).encode()
    given = headers.get(SIGNATURE, "").split(" ")
    return any(hmac.compare_digest(expected, signature.encode(errors="replace")) for signature in given)


def _signature(key: bytes, message: str, at: str, body: bytes) -> str:
    content = f"{message}.{at}.".encode(errors="replace") + body
    return "v1," + b64encode(hmac.digest(key, content, sha256)).decode()


async def received(key: bytes, request: web.Request) -> dict[str, Any]:
    """Read the JSON object of a signed request; aiohttp limits its size."""
    body = await request.read()
    if not is_signed(key, request.headers, body):
        raise web.HTTPUnauthorized
    try:
        return _OBJECT.validate_json(body)
    except ValidationError as error:
        raise web.HTTPUnprocessableEntity(text=str(error)) from None


async def call(session: ClientSession, url: str, key: bytes, body: Mapping[str, Any]) -> dict[str, Any]:
    """Send a signed JSON object, and return the one that is answered. Raises TryAgainError, UndeliverableError."""
    content = _OBJECT.dump_json(dict(body))
    headers = {**signed(key, content), "Content-Type": "application/json"}
    try:
        async with session.post(url, data=content, headers=headers, allow_redirects=False) as response:
            _check(response)
            return _OBJECT.validate_json(await _content(response))
    except (ClientError, TimeoutError) as error:
        raise TryAgainError(type(error).__name__) from error
    except ValidationError as error:
        raise DefectError("The answer to a call isn't a JSON object.") from error


def _check(response: ClientResponse) -> None:
    """Raise what an answer says went wrong."""
    reason = f"the chat answers {response.status}"
    if response.status in _COME_BACK or response.status >= 500:  # noqa: PLR2004 - 5xx: the server's own trouble
        raise TryAgainError(reason, seconds_to_wait(response.headers.get("Retry-After")))
    if response.status == web.HTTPGone.status_code:
        raise PostGoneError(reason)
    if response.status != web.HTTPOk.status_code:
        raise UndeliverableError(reason)


async def _content(response: ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(_MOST_ANSWER):
        content += chunk
        if len(content) > _MOST_ANSWER:
            raise DefectError("The answer to a call is too long.")
    return bytes(content)
