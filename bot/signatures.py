"""Signatures of the Standard Webhooks specification 1.0 (standardwebhooks.com).

A signature covers an id, the time and the body, so nothing can be forged, changed, or sent again later.
"""

import hmac
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Final
from uuid import uuid4

PREFIX: Final = "whsec_"
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
_KEY_BYTES: Final = range(24, 65)


def key_of(secret: str) -> bytes:
    """Return the key in a secret: whsec_ and 24 to 64 bytes in Base64. Raises ValueError."""
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(PREFIX) or len(key) not in _KEY_BYTES:
        sizes = f"{_KEY_BYTES.start} to {_KEY_BYTES.stop - 1}"
        raise ValueError(f"it must be {PREFIX} followed by {sizes} bytes in Base64")
    return key


def signed(key: bytes, body: bytes) -> dict[str, str]:
    """Return the headers that sign a body, with a new id."""
    message, at = str(uuid4()), str(int(time.time()))
    return {ID: message, TIMESTAMP: at, SIGNATURE: _signature(key, message, at, body)}


def seconds_since_signed(key: bytes, headers: Mapping[str, str], body: bytes) -> float | None:
    """Return how long ago a body was signed with the key, by both sides' clocks; None if it wasn't."""
    message, at = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not (message and at.isascii() and at.isdigit()):
        return None
    expected = _signature(key, message, at, body).encode()
    given = headers.get(SIGNATURE, "").split(" ")
    if not any(hmac.compare_digest(expected, signature.encode(errors="replace")) for signature in given):
        return None
    return time.time() - int(at[:20])


def _signature(key: bytes, message: str, at: str, body: bytes) -> str:
    content = f"{message}.{at}.".encode(errors="replace") + body
    return "v1," + b64encode(hmac.digest(key, content, sha256)).decode()
