"""Finds the bars around a photo in a screenshot or a padded picture, which show nothing of the thing.

Photos without bars must stay whole, so bars stand on two opposite sides, in one colour, and nothing of the photo
reaches into them.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Crop = tuple[int, int, int, int]
"""Left, top, right and bottom."""

_MODES: Final = ("RGB", "RGBA", "L", "LA")
_OPAQUE: Final = 255
_SIDE: Final = 256
"""Lines are sampled from the photo, at most this many of each direction."""
_SAMPLINGS: Final = (Image.Resampling.NEAREST, Image.Resampling.BOX)
"""A few pixels show at once that most photos have no bars. Only all of them show a thin chain in front of a wall."""
_SAME, _CLOSE = 3, 16
"""At the outer ends, what a program has filled has one colour; what a camera has taken, however plain, varies by more.
Towards the photo, compression adds some of its colours."""
_PHOTO: Final = 0.3
"""Where the photo begins, all at once, lines have at most this share of the bar's colour. Around a thing on plain
ground it grows little by little."""
_BETWEEN: Final = 2
"""How many lines may be neither: where a bar meets the photo, colours mix."""
_EDGE: Final = 3
"""How many lines after a bar have to show the photo."""
_CONTROLS: Final = 0.15
"""A screen's clock and buttons are on lines within this share of its outer ends."""
_AROUND_CONTROLS, _BESIDE_CONTROLS = 0.6, 0.1
"""Their lines have at least the first share of the bar's colour, and the photo's have at most the second: it fills the
screen from side to side."""
_GAP: Final = 3
"""How many lines without anything are between them and the photo. A handle or a neck has no such gap."""
_PASSES: Final = 2
"""Bars at the sides may hide those above and below."""
_MIN_SIDE: Final = 64
"""Smaller pictures are left as they are."""
_MIN_KEPT: Final = 0.2
"""The least share of both sides that may be left."""


def without_bars(image: Image.Image) -> Image.Image:
    """Return the photo without bars of one colour at two or four of its edges."""
    if image.mode not in _MODES or min(image.size) < _MIN_SIDE:
        return image
    size = min(image.width, _SIDE), min(image.height, _SIDE)
    for sampling in _SAMPLINGS:
        left, top, right, bottom = _inside(image.resize(size, sampling))
        if (left, top, right, bottom) == (0, 0, *size):
            return image
    across, down = image.width / size[0], image.height / size[1]
    return image.crop((round(left * across), round(top * down), round(right * across), round(bottom * down)))


def _inside(sampled: Image.Image) -> Crop:
    left, top, right, bottom = whole = (0, 0, *sampled.size)
    if sampled.mode.endswith("A") and sampled.getchannel("A").getextrema() != (_OPAQUE, _OPAQUE):
        return whole
    pixels = np.asarray(sampled.convert("RGB"), np.int16)
    for _ in range(_PASSES):
        rows = _kept(pixels[top:bottom, left:right])
        top, bottom = top + rows[0], top + rows[1]
        columns = _kept(pixels[top:bottom, left:right].swapaxes(0, 1))
        left, right = left + columns[0], left + columns[1]
    return left, top, right, bottom


def _kept(pixels: NDArray[np.int16]) -> tuple[int, int]:
    """Return the first line of the photo and the one after its last."""
    count = len(pixels)
    colour = np.median(pixels[0], axis=0)
    if np.abs(pixels[[0, -1]] - colour).max() > _SAME:
        return 0, count  # most photos have no bars
    shares = (np.abs(pixels - colour).max(axis=2) <= _CLOSE).mean(axis=1)
    before, after = _bar(shares), _bar(shares[::-1])
    are_bars = before and after and count - before - after >= _MIN_KEPT * count
    return (before, count - after) if are_bars else (0, count)


def _bar(shares: NDArray[np.float64]) -> int:
    """Return how many lines the bar at the beginning has, with those where it meets the photo; 0 without a bar.

    Takes the share of each line that has the bar's colour.
    """
    is_photo = np.convolve(shares <= _PHOTO, np.ones(_EDGE), "valid") == _EDGE
    begin = int(is_photo.argmax())
    bar, edge = shares[: max(0, begin - _BETWEEN)], shares[begin : begin + _EDGE]
    if len(bar) < _GAP or bar[-_GAP:].min() < 1:
        return 0
    controls = np.flatnonzero(bar < 1)
    if not len(controls):
        return begin
    are_outside = controls[-1] < _CONTROLS * len(shares) and bar.min() >= _AROUND_CONTROLS
    return begin if are_outside and edge.max() <= _BESIDE_CONTROLS else 0
