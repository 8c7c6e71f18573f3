"""The protocol between a worker and its decoder, over two pipes.

The worker sends a photo. The decoder answers with the memory that it needs, and waits until that is granted; then it
sends the outcome: the stored copy and an encoder's views, or the key of the sentence that says why there is none.
"""

import json
import math
import struct
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final, TypeGuard, get_args

import numpy as np

from reunite.encoder import WHOLE, Framing, Views
from reunite.entities import PhotoFlaw, Sensitive
from reunite.errors import TellUserError
from reunite.matching import colours
from workers.photos import STORED_SIDE

if TYPE_CHECKING:
    from asyncio import StreamReader  # only the worker's side has one: a decoder starts sooner without the module

GO: Final = b"+"
"""Grants the memory that a decoder needs."""
PROBLEMS: Final = {
    "photo_is_web_page",
    "photo_not_an_image",
    "photo_too_large",
    "photo_too_many_pixels",
    "photo_unreadable",
    "photo_unusable",
}
_LENGTH: Final = struct.Struct(">I")
_MAX_MESSAGE_BYTES: Final = 64 * 1024
_MAX_COPY_BYTES: Final = 16 * 1024 * 1024


class ProtocolError(Exception):
    """A decoder broke the protocol."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded photo: its stored copy (JPEG), the encoder's views, and its colours.

    With `is_partial`, some rows of the posted photo couldn't be decoded.
    """

    jpeg: bytes
    width: int
    height: int
    views: Views
    colours: tuple[float, ...]
    is_partial: bool
    flaw: PhotoFlaw | None = None
    has_face: bool = False
    has_card: bool = False
    """Faces and cards that were found are covered."""

    @property
    def sensitive(self) -> Sensitive | None:
        """What is seen on it that should perhaps not be public."""
        return "card" if self.has_card else "face" if self.has_face else None


def length(data: bytes) -> bytes:
    """Return the length prefix of a frame."""
    return _LENGTH.pack(len(data))


def frame(data: bytes) -> bytes:
    """Return data with its length prefix."""
    return length(data) + data


def read_frame(file: IO[bytes]) -> bytes | None:
    """Read a frame; None at the end of the stream."""
    head = file.read(_LENGTH.size)
    return file.read(*_LENGTH.unpack(head)) if len(head) == _LENGTH.size else None


def message(**content: Any) -> bytes:
    """Return a message without a picture."""
    return frame(json.dumps(content).encode())


def picture(decoded: Decoded) -> bytes:
    """Return the outcome for a photo that could be opened."""
    size = {"width": decoded.width, "height": decoded.height}
    flags = {"partial": decoded.is_partial, "flaw": decoded.flaw, "face": decoded.has_face, "card": decoded.has_card}
    head = message(colours=decoded.colours, **size, **flags)
    return head + frame(decoded.jpeg) + decoded.views.tobytes()


async def read_message(reader: "StreamReader") -> dict[str, Any]:
    """Read a message. Raises ProtocolError, and asyncio.IncompleteReadError if the decoder has ended."""
    try:
        content = json.loads(await _read(reader, _MAX_MESSAGE_BYTES))
    except (ValueError, RecursionError) as error:
        raise ProtocolError from error
    if not isinstance(content, dict):
        raise ProtocolError
    return content


def problem(content: dict[str, Any]) -> TellUserError:
    """Return the error to show to the author. Raises ProtocolError if a decoder can't report it."""
    key, params = content.get("problem"), content.get("params")
    if key not in PROBLEMS or not isinstance(params, dict):
        raise ProtocolError
    return TellUserError(key, **{str(name): value for name, value in params.items() if isinstance(value, int)})


async def read_picture(reader: "StreamReader", content: dict[str, Any], framing: Framing = WHOLE) -> Decoded:
    """Read the picture that follows its message. Trust nothing, because a photo may have taken over the decoder."""
    width, height, shares = content.get("width"), content.get("height"), content.get("colours")
    if not (_is_side(width) and _is_side(height) and _is_shares(shares)):
        raise ProtocolError
    jpeg = await _read(reader, _MAX_COPY_BYTES)
    shape = framing.shape(width, height)
    views = np.frombuffer(await reader.readexactly(math.prod(shape)), np.uint8).reshape(shape)
    partial, face, card = (content.get(name) is True for name in ("partial", "face", "card"))
    flaw = next((known for known in get_args(PhotoFlaw) if known == content.get("flaw")), None)
    colours = tuple(map(float, shares))
    return Decoded(jpeg, width, height, views, colours, partial, flaw, has_face=face, has_card=card)


async def _read(reader: "StreamReader", max_bytes: int) -> bytes:
    [size] = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    if size > max_bytes:
        raise ProtocolError
    return await reader.readexactly(size)


def _is_side(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and 0 < value <= STORED_SIDE


def _is_shares(value: Any) -> TypeGuard[list[float]]:
    if not isinstance(value, list) or len(value) != len(colours.NAMES):
        return False
    return all(isinstance(share, float | int) and 0 <= share <= 1 for share in value)
