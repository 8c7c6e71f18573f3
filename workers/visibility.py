"""Recognises photos that show too little to be compared: taken in the dark, out of focus, or moved.

Their authors are asked for another one, so no photo on which a person can make something out may be among these.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reunite.encoder import Pixels
from reunite.entities import PhotoFlaw

_DARK: Final = 32
"""A photo is too dark if hardly any of its pixels is brighter than this, 1.4% of white's light. Something black in a
photo by day is brighter."""
_BRIGHT: Final = 0.01
"""The share of its pixels that may be brighter."""
_SOFT: Final = 15
"""It's blurred if along one direction its edges are at most this sharp. A camera that moved leaves the edges along its
way sharp, so all directions are looked at."""
_SHARP: Final = 0.001
"""The share of its pixels that may be at sharper ones."""
_DIRECTIONS: Final = ((0, 2), (1, 2), (1, 1), (2, 1), (2, 0), (2, -1), (1, -1), (1, -2))
"""The steps, down and right, to the neighbours on one side of a pixel; the others are opposite."""
_REACH: Final = 2
_CONTRAST: Final = 64
"""How much lighter its light parts are than its shade at least. A wall has no edges either, and isn't blurred."""
_SHADE, _LIGHT = 5, 95
_MIN_SIDE: Final = 64
"""Smaller pictures are never asked about."""


def flaw_of(photo: Pixels) -> PhotoFlaw | None:
    """Return why a photo, scaled to a stored copy but not brightened, shows too little; None if it shows enough."""
    if min(photo.shape[:2]) < _MIN_SIDE:
        return None
    if (photo[::2, ::2].max(axis=2) > _DARK).mean() <= _BRIGHT:
        return "photo_dark"
    grey = np.asarray(Image.fromarray(photo).convert("L"), np.int16)
    shade, light = np.percentile(grey[::2, ::2], (_SHADE, _LIGHT))
    return "photo_blurred" if light - shade >= _CONTRAST and _is_soft(grey) else None


def _is_soft(grey: NDArray[np.int16]) -> bool:
    middle = _moved(grey, 0, 0)
    for down, right in _DIRECTIONS:
        edges = np.abs(2 * middle - _moved(grey, down, right) - _moved(grey, -down, -right))
        if (edges > _SOFT).mean() <= _SHARP:
            return True
    return False


def _moved(grey: NDArray[np.int16], down: int, right: int) -> NDArray[np.int16]:
    """Return every second pixel of every second row, except near the border, of a picture moved by these steps."""
    height, width = grey.shape
    return grey[_REACH + down : height - _REACH + down : 2, _REACH + right : width - _REACH + right : 2]
