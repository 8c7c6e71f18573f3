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
_PHOTO: Final = 0.1
"""A line belongs to the photo if at most this share of it has the bar's colour."""
_EDGE: Final = 3
"""Up to this many lines next to the photo may mix its colours with the bar's. At least as many before them are plain: a
handle or a neck has no such gap."""
_CONTROLS: Final = 0.15
"""The share of the lines at each end that may show a clock or buttons, if the photo fills the screen from side to
side."""
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
    if sampled.mode.endswith("A") and sampled.getchannel("A").getextrema() != (_OPAQUE, _OPAQUE):
        return (0, 0, *sampled.size)
    pixels = np.asarray(sampled.convert("RGB"), np.int16)
    (top, bottom), (left, right) = _kept(pixels), _kept(pixels.swapaxes(0, 1))
    return left, top, right, bottom


def _kept(pixels: NDArray[np.int16]) -> tuple[int, int]:
    """Return the first line of the photo and the one after its last."""
    count = len(pixels)
    colour = np.median(pixels[0], axis=0)
    if np.abs(pixels[[0, -1]] - colour).max() > _SAME:
        return 0, count  # most photos have no bars
    is_bar = np.abs(pixels - colour).max(axis=2) <= _CLOSE
    is_shown = ~is_bar.all(axis=0)  # the others are in bars at the photo's sides
    if not is_shown.any():
        return 0, count
    shares = is_bar[:, is_shown].mean(axis=1)
    controls = round(_CONTROLS * count) if is_shown.all() else 0
    before, after = _bar(shares, controls), _bar(shares[::-1], controls)
    are_bars = before and after and count - before - after >= _MIN_KEPT * count
    return (before, count - after) if are_bars else (0, count)


def _bar(shares: NDArray[np.float64], controls: int) -> int:
    """Return how many lines are before the photo if they're a bar, otherwise 0.

    Takes the share of each line that has the bar's colour, and how many lines may have controls.
    """
    begin = int((shares <= _PHOTO).argmax())
    plain_to = begin - _EDGE
    plain_from = min(controls, plain_to - _EDGE)
    return begin if plain_from >= 0 and shares[plain_from:plain_to].min() == 1 else 0
