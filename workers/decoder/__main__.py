"""The decoder itself: `python -m workers.decoder SECONDS FRAMING [faces] [cards]`.

SECONDS is the limit of CPU time per photo; FRAMING describes in JSON which views the encoder needs.

It starts with little more than a path in its environment and no descriptors but its pipes, and can't write files.
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
from workers.small_thing import part

_EXTRA_BYTES: Final = 64 * 1024 * 1024
"""Bytes of address space allowed beyond a photo's estimated need."""
_MAX_FILES: Final = 64


def main() -> None:
    """Open photos until the pipe is closed. A photo that runs out of memory is the last one."""
    photos_in, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("r+b") as nothing:  # keep libraries' output out of the answers
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
            sys.exit()  # the worker is gone
        _limit_memory(needed + needed // 4 + _EXTRA_BYTES)

    try:
        copy = photos.make_stored_copy(data, take, framing)
        jpeg, pixels, views = copy.jpeg, copy.pixels, copy.views
        _limit_memory(None)  # from here on, only our own data is read
        covered = cover.apply(pixels)
        if covered.has_face or covered.has_card:
            pixels = covered.pixels
            jpeg, views = photos.as_jpeg(Image.fromarray(pixels)), framed(pixels, framing)
        shares = colours.of_photo(part(pixels, copy.thing)) if copy.shows_colours else colours.UNSEEN
        return wire.picture(
            wire.Decoded(
                jpeg,
                copy.width,
                copy.height,
                views,
                shares,
                is_partial=copy.is_partial,
                flaw=copy.flaw,
                has_face=covered.has_face,
                has_card=covered.has_card,
            )
        )
    except TellUserError as error:
        return wire.message(problem=error.key, params=error.params)
    finally:
        _limit_memory(None)


def _confine() -> None:
    Image.init()  # load plugins while files can be opened
    AvifImagePlugin.DEFAULT_MAX_THREADS = pillow_heif.options.DECODE_THREADS = 1
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MAX_FILES, _MAX_FILES))


def _limit_time(seconds: int) -> None:
    _, hard_limit = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + seconds, hard_limit))


def _limit_memory(more: int | None) -> None:
    """Let the address space grow by at most `more` bytes; None for no limit."""
    _, hard_limit = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard_limit if more is None else _address_space() + more, hard_limit))


def _address_space() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    main()
