"""The decoder itself: `python -m workers.decoder SECONDS FRAMING [faces] [cards]`.

SECONDS are the most CPU time that a photo may take, FRAMING says in JSON which views the encoder wants.

It starts with no more than a path in its environment and no descriptor but its pipes, and may write no file.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import IO, Final

import pillow_heif
from PIL import AvifImagePlugin, Image

from reunite.encoder import Framing
from reunite.errors import TellUserError
from reunite.matching import colours
from workers import photos
from workers.decoder import wire
from workers.decoder.cover import Cover
from workers.framing import framed

_SPARE: Final = 64 * 1024 * 1024
"""Bytes of address space beyond what a photo should need."""
_MAX_FILES: Final = 64


def main() -> None:
    """Open photos until there are no more. A photo for which memory was too little is the last one."""
    photos_in, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("r+b") as nothing:  # keep the libraries' output out of the answers
        os.dup2(nothing.fileno(), 0)
        os.dup2(nothing.fileno(), 1)
    framing = Framing(**json.loads(sys.argv[2]))
    cover = Cover(faces="faces" in sys.argv[3:], cards="cards" in sys.argv[3:])
    _confine()
    while (data := wire.read_frame(photos_in)) is not None:
        _limit_time(int(sys.argv[1]))
        try:
            answer, is_last = _opened(data, framing, cover, photos_in, answers), False
        except MemoryError:
            answer, is_last = wire.message(problem="photo_unusable", params={}, is_last=True), True
        answers.write(answer)
        answers.flush()
        if is_last:
            break


def _opened(data: bytes, framing: Framing, cover: Cover, photos_in: IO[bytes], answers: IO[bytes]) -> bytes:
    def take(needed: int) -> None:
        answers.write(wire.message(needs=needed))
        answers.flush()
        if photos_in.read(len(wire.GO)) != wire.GO:
            sys.exit()  # the worker has ended
        _limit_memory(needed + needed // 4 + _SPARE)

    try:
        copy = photos.make_stored_copy(data, take, framing)
        jpeg, pixels, views = copy.jpeg, copy.pixels, copy.views
        _limit_memory(None)  # from here on, it reads nothing but data made here
        seen = cover.over(pixels)
        if seen.has_face or seen.has_card:
            pixels = seen.pixels
            jpeg, views = photos.as_jpeg(Image.fromarray(pixels)), framed(pixels, framing)
        shares = colours.of_photo(pixels)
        return wire.picture(
            wire.Decoded(
                jpeg,
                copy.width,
                copy.height,
                views,
                shares,
                is_partial=copy.is_partial,
                has_face=seen.has_face,
                has_card=seen.has_card,
            )
        )
    except TellUserError as error:
        return wire.message(problem=error.key, params=error.params)
    finally:
        _limit_memory(None)


def _confine() -> None:
    Image.init()  # whatever has to be read is read now
    AvifImagePlugin.DEFAULT_MAX_THREADS = pillow_heif.options.DECODE_THREADS = 1
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MAX_FILES, _MAX_FILES))


def _limit_time(seconds: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + seconds, most))


def _limit_memory(more: int | None) -> None:
    """Let the address space grow by at most `more` bytes; None for no limit."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most if more is None else _address_space() + more, most))


def _address_space() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    main()
