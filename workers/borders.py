"""Finds the bars around a photo in a screenshot or a padded picture, which show nothing of the thing."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Crop = tuple[int, int, int, int]
"""Left, top, right and bottom."""

_MODES: Final = ("RGB", "L")
_SIDE: Final = 256
"""Lines are sampled from the photo, at most this many of each direction."""
_TOLERANCE: Final = 3
"""What a program has filled has one colour; what a camera has taken, however plain, varies by more."""
_BAR, _PHOTO = 0.6, 0.3
"""A bar's lines have at least this share of its colour: a clock or a button may be on it. Where the photo begins, all
at once, they have at most that share; around a thing on plain ground it grows little by little."""
_BETWEEN: Final = 2
"""How many lines may be neither: where a bar meets the photo, colours mix."""
_EDGE: Final = 3
"""How many lines after a bar have to show the photo."""
_PASSES: Final = 2
"""Bars at the sides may hide those above and below."""
_MIN_SIDE: Final = 64
"""Smaller pictures are left as they are."""
_MIN_BAR: Final = 5
_MIN_KEPT: Final = 0.2
"""The least share of both sides that may be left."""


def without_bars(image: Image.Image) -> Image.Image:
    """Return the photo without bars of one colour at its edges."""
    if image.mode not in _MODES or min(image.size) < _MIN_SIDE:
        return image
    sampled = image.resize((min(image.width, _SIDE), min(image.height, _SIDE)), Image.Resampling.NEAREST)
    pixels = np.asarray(sampled.convert("RGB"), np.int16)
    left, top, right, bottom = 0, 0, *sampled.size
    for _ in range(_PASSES):
        rows = _kept(pixels[top:bottom, left:right])
        top, bottom = top + rows[0], top + rows[1]
        columns = _kept(pixels[top:bottom, left:right].swapaxes(0, 1))
        left, right = left + columns[0], left + columns[1]
        if (left, top, right, bottom) == (0, 0, *sampled.size):
            return image
    across, down = image.width / sampled.width, image.height / sampled.height
    return image.crop((round(left * across), round(top * down), round(right * across), round(bottom * down)))


def _kept(pixels: NDArray[np.int16]) -> tuple[int, int]:
    """Return the first line of the photo and the one after its last."""
    count = len(pixels)
    first, last = _bar(pixels), count - _bar(pixels[::-1])
    return (first, last) if last - first >= _MIN_KEPT * count else (0, count)


def _bar(pixels: NDArray[np.int16]) -> int:
    """Return how many lines the bar at the beginning has, with those where it meets the photo; 0 without a bar."""
    colour = np.median(pixels[0], axis=0)
    if np.count_nonzero(_shares(pixels[:_MIN_BAR], colour) < _BAR) > _BETWEEN:
        return 0  # most photos have no bar
    shares = _shares(pixels, colour)
    is_photo = np.convolve(shares <= _PHOTO, np.ones(_EDGE), "valid") == _EDGE
    begin = int(is_photo.argmax())
    is_bar = begin >= _MIN_BAR and np.count_nonzero(shares[:begin] < _BAR) <= _BETWEEN
    return begin if is_bar else 0


def _shares(lines: NDArray[np.int16], colour: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much of each line has a colour."""
    shares: NDArray[np.float64] = (np.abs(lines - colour) <= _TOLERANCE).all(axis=2).mean(axis=1)
    return shares
