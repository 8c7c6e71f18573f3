"""A worker's pool of decoders, within one memory budget."""

import asyncio
from collections.abc import Sequence
from typing import Final, Self

import structlog

from reunite.encoder import WHOLE, Framing
from reunite.errors import TellUserError
from workers.budget import ByteBudget
from workers.decoder.child import Decoder, DecoderDiedError, Limits
from workers.decoder.wire import Decoded
from workers.photos import MAX_DECODED_BYTES
from workers.slots import Slots

AT_ONCE: Final = 2
_WITH_COVER: Final = Limits(cpu_seconds=12, clock_seconds=100)
"""Finding what to cover takes three more seconds of CPU time, and much longer by the clock on a busy machine.

A picture that's crafted to take longer runs into the limit.
"""

_log = structlog.get_logger(__name__)


class Decoders:
    """Opens posted photos. An asynchronous context manager: the processes end with it."""

    def __init__(
        self,
        limits: Limits | None = None,
        at_once: int = AT_ONCE,
        *,
        framing: Framing = WHOLE,
        cover: Sequence[str] = (),
    ) -> None:
        """Start nothing yet: a decoder starts with its first photo, and keeps running.

        `cover` may contain "faces" and "cards".
        """
        limits = limits or (_WITH_COVER if cover else Limits())
        self._idle = [Decoder(limits, framing, cover=cover) for _ in range(at_once)]
        self._slots = Slots(at_once)
        self._memory = ByteBudget(MAX_DECODED_BYTES)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(decoder.end() for decoder in self._idle))

    async def decode(self, data: bytes) -> Decoded:
        """Open a photo. If a decoder dies, another photo may have been the cause, so it's retried once, alone.

        Raises TellUserError if the photo can't be used.
        """
        try:
            async with self._slots.slot():
                return await self._decoded(data)
        except DecoderDiedError as death:
            _log.warning("decoder_died", reason=str(death))
            if death.by_limit:
                raise TellUserError("photo_unusable") from death
        try:
            async with self._slots.slot(alone=True):
                return await self._decoded(data)
        except DecoderDiedError as death:
            _log.warning("photo_killed_decoders", reason=str(death))
            raise TellUserError("photo_unusable") from death

    async def _decoded(self, data: bytes) -> Decoded:
        decoder = self._idle.pop()
        try:
            return await decoder.decode(data, self._memory.reserved)
        finally:
            self._idle.append(decoder)  # taken next, because it's warm
