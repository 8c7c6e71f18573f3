"""Decodes as much as possible of a truncated or damaged photo."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reunite.errors import TellUserError

MIN_SHARE: Final = 0.9
"""The share of a photo's rows that must be decodable."""
_MARKS: Final = (1, 254, 3, 6)
"""Rows are filled with this colour before decoding; a real row hardly ever ends in it."""
_MARKED_COLUMNS: Final = 16
_FORMATS: Final = {"PNG", "BMP"}
_GREY: Final = (127, 128)
"""The greys with which libjpeg fills what it can't decode."""

Flags = NDArray[np.bool_]


class DecodedRows(NamedTuple):
    """The rows that could be decoded: where they begin and end, as shares of the height."""

    top: float = 0.0
    bottom: float = 1.0
    is_partial: bool = False


def load(image: Image.Image, *, is_cut: bool) -> DecodedRows:
    """Decode a photo, and return which of its rows could be decoded. `is_cut` means a JPEG without its end.

    Raises TellUserError (photo_unreadable) if too few rows could be decoded.
    """
    if image.format not in _FORMATS:
        image.load()
        return _of_cut_jpeg(image) if is_cut else DecodedRows()
    fill = _mark(image.mode)
    image.im = Image.new(image.mode, image.size, fill).im
    try:
        image.load()
    except (OSError, SyntaxError, ValueError):
        image.tile = []  # type: ignore[attr-defined]  # otherwise, each further step would decode it again
        return _kept(image, _ends(image, _MARKED_COLUMNS, (fill,)))
    return DecodedRows()


def _mark(mode: str) -> int | tuple[int, ...]:
    bands = Image.getmodebands(mode)
    return _MARKS[:bands] if bands > 1 else int(mode != "1")


def _kept(image: Image.Image, missing: Flags) -> DecodedRows:
    if not missing.any():
        return DecodedRows()
    decoded = np.flatnonzero(~missing)
    if len(decoded) < MIN_SHARE * image.height:
        raise TellUserError("photo_unreadable")
    first, last = int(decoded[0]), int(decoded[-1])
    for row in range(first, last):  # an interlaced photo lacks rows in between
        if missing[row]:
            image.paste(image.crop((0, row - 1, image.width, row)), (0, row))
    return DecodedRows(first / image.height, (last + 1) / image.height, is_partial=True)


def _of_cut_jpeg(image: Image.Image) -> DecodedRows:
    """Leave out rows without their end too, unless there are too many: in a small photo, blocks are large."""
    lack_end = _grey_at_the_end(image, 1)
    few = lack_end.sum() <= (1 - MIN_SHARE) * image.height
    rows = _kept(image, lack_end if few else _grey_at_the_end(image, image.width))
    return rows._replace(is_partial=bool(lack_end.any()))


def _grey_at_the_end(image: Image.Image, columns: int) -> Flags:
    others = np.flatnonzero(~_ends(image, columns, _GREY))
    return np.arange(image.height) > (others[-1] if len(others) else -1)


def _ends(image: Image.Image, columns: int, values: tuple[int | tuple[int, ...], ...]) -> Flags:
    """Return for each row whether its last pixels all have the same one of the values."""
    edge = image.crop((max(0, image.width - columns), 0, *image.size))
    pixels = np.asarray(edge).reshape(edge.height, edge.width, -1)
    return np.array([any((row == value).all() for value in values) for row in pixels])
