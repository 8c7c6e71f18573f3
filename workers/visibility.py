"""Recognises photos that show too little to be compared: taken in the dark, or out of focus.

Their authors are asked for another one, so no photo on which a person can make something out may be among these. Where
only a camera moved, edges along its way stay sharp, as a pen's and stripes' are: such photos aren't recognised.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reunite.encoder import Pixels
from reunite.entities import PhotoFlaw

_DARK: Final = {32: 0.01, 64: 0.001}
"""A photo is too dark if at most these shares of its pixels are brighter than this. 32 is 1.4% of white's light; of the
development set's photos, the darkest has 1% of its pixels above 133. 64 is a ring's or a word's light on black, of
which little is enough."""
_WINDOW_DOUBLINGS: Final = 4
_WINDOW: Final = 2**_WINDOW_DOUBLINGS
"""The side of the square around a pixel in which contrast is looked for."""
_CONTRAST: Final = 32
"""How much lighter than its darkest pixel a square's lightest one is at least. Others say nothing of sharpness."""
_BLURRED: Final = 0.25
"""The share of squares with contrast in a blurred photo at least: a shadow and a ball are soft in fewer places."""
_STEP: Final = 0.3
"""An edge is sharp if it makes this share of its square's contrast within two pixels. A slope through the whole square
makes 0.13, an edge that is out of focus by 0.5% of a stored copy's side (standard deviation) 0.3."""
_SHARP: Final = 0.0003
"""A photo isn't blurred if more than this share of its pixels is at sharp edges: one small thing or word is enough."""
_MIN_SIDE: Final = 64
"""Smaller pictures are never asked about."""


def flaw_of(photo: Pixels) -> PhotoFlaw | None:
    """Return why a photo, scaled to a stored copy but not brightened, shows too little; None if it shows enough."""
    if min(photo.shape[:2]) < _MIN_SIDE:
        return None
    brightest = photo[::2, ::2].max(axis=2)
    if all((brightest > light).mean() <= share for light, share in _DARK.items()):
        return "photo_dark"
    return "photo_blurred" if _is_blurred(np.asarray(Image.fromarray(photo).convert("L"))) else None


def _is_blurred(grey: NDArray[np.uint8]) -> bool:
    contrast = _contrast(grey)
    has_contrast = contrast >= _CONTRAST
    if has_contrast.mean() < _BLURRED:
        return False
    is_sharp = has_contrast & (_steps(grey.astype(np.int16), contrast.shape) >= _STEP * contrast)
    return bool(is_sharp.mean() <= _SHARP)


def _contrast(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return for every square of the picture how much lighter its lightest pixel is than its darkest."""
    light = shade = grey
    for doubling in range(_WINDOW_DOUBLINGS):
        side = 2**doubling
        light = np.maximum(light[side:], light[:-side])
        light = np.maximum(light[:, side:], light[:, :-side])
        shade = np.minimum(shade[side:], shade[:-side])
        shade = np.minimum(shade[:, side:], shade[:, :-side])
    return light - shade


def _steps(grey: NDArray[np.int16], shape: tuple[int, ...]) -> NDArray[np.int16]:
    """Return how much the picture changes within two pixels in the middle of every square, down or right."""
    middle, (height, width) = _WINDOW // 2, shape
    rows, columns = slice(middle, middle + height), slice(middle, middle + width)
    down = np.abs(grey[middle + 1 :][:height, columns] - grey[middle - 1 :][:height, columns])
    right = np.abs(grey[rows, middle + 1 :][:, :width] - grey[rows, middle - 1 :][:, :width])
    steps: NDArray[np.int16] = np.maximum(down, right)
    return steps
