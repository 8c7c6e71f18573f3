"""The protocol between a worker and its decoder, over two pipes.

The worker sends a photo. The decoder answers with what opening it needs, and waits until that is granted; then it sends
the outcome: the stored copy and an encoder's views, or the sentence that says why there is none.
"""

import json
import math
import struct
from asyncio import StreamReader
from dataclasses import dataclass
from typing import IO, Any, Final, TypeGuard

import numpy as np

from reunite.encoder import WHOLE, Framing, Views
from reunite.errors import TellUserError
from reunite.matching import colours
from workers.photos import STORED_SIDE

GO: Final = b"+"
"""Grants what a decoder has said that it needs."""
PROBLEMS: Final = {
    "photo_is_web_page",
    "photo_not_an_image",
    "photo_too_large",
    "photo_too_many_pixels",
    "photo_unreadable",
    "photo_unusable",
}
_LENGTH: Final = struct.Struct(">I")
_MAX_MESSAGE: Final = 64 * 1024
_MAX_COPY: Final = 16 * 1024 * 1024


class ProtocolError(Exception):
    """A decoder broke the protocol."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a decoder made of a photo: its stored copy (JPEG), the encoder's views, and its colours.

    `is_partial`: some rows of the posted photo could not be decoded.
    """

    jpeg: bytes
    width: int
    height: int
    views: Views
    colours: tuple[float, ...]
    is_partial: bool = False
    has_face: bool = False
    has_card: bool = False
    """Whether faces were found, and cards; they are covered."""


def length(data: bytes) -> bytes:
    """Return the prefix of a frame."""
    return _LENGTH.pack(len(data))


def frame(data: bytes) -> bytes:
    """Put its length before it."""
    return length(data) + data


def read_frame(file: IO[bytes]) -> bytes | None:
    """Read one; None at the end."""
    head = file.read(_LENGTH.size)
    return file.read(*_LENGTH.unpack(head)) if len(head) == _LENGTH.size else None


def message(**content: Any) -> bytes:
    """Return a message without a picture."""
    return frame(json.dumps(content).encode())


def picture(decoded: Decoded) -> bytes:
    """Return a photo that could be opened."""
    size = {"width": decoded.width, "height": decoded.height}
    seen = {"partial": decoded.is_partial, "face": decoded.has_face, "card": decoded.has_card}
    head = message(colours=decoded.colours, **size, **seen)
    return head + frame(decoded.jpeg) + decoded.views.tobytes()


async def read_message(reader: StreamReader) -> dict[str, Any]:
    """Read a message. Raises ProtocolError, and asyncio.IncompleteReadError if the decoder has ended."""
    try:
        content = json.loads(await _read(reader, _MAX_MESSAGE))
    except (ValueError, RecursionError) as error:
        raise ProtocolError from error
    if not isinstance(content, dict):
        raise ProtocolError
    return content


def problem(content: dict[str, Any]) -> TellUserError:
    """Return the error to show to the author. Raises ProtocolError if there is no such sentence."""
    key, params = content.get("problem"), content.get("params")
    if key not in PROBLEMS or not isinstance(params, dict):
        raise ProtocolError
    return TellUserError(key, **{str(name): value for name, value in params.items() if isinstance(value, int)})


async def read_picture(reader: StreamReader, content: dict[str, Any], framing: Framing = WHOLE) -> Decoded:
    """Read the picture that follows its message. Trust nothing: a photo may have taken over the decoder."""
    width, height, shares = content.get("width"), content.get("height"), content.get("colours")
    if not (_is_side(width) and _is_side(height) and _is_shares(shares)):
        raise ProtocolError
    jpeg = await _read(reader, _MAX_COPY)
    shape = framing.shape(width, height)
    views = np.frombuffer(await reader.readexactly(math.prod(shape)), np.uint8).reshape(shape)
    partial, face, card = (content.get(name) is True for name in ("partial", "face", "card"))
    colours = tuple(map(float, shares))
    return Decoded(jpeg, width, height, views, colours, is_partial=partial, has_face=face, has_card=card)


async def _read(reader: StreamReader, most: int) -> bytes:
    [size] = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    if size > most:
        raise ProtocolError
    return await reader.readexactly(size)


def _is_side(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and 0 < value <= STORED_SIDE


def _is_shares(value: Any) -> TypeGuard[list[float]]:
    if not isinstance(value, list) or len(value) != len(colours.NAMES):
        return False
    return all(isinstance(share, float | int) and 0 <= share <= 1 for share in value)
