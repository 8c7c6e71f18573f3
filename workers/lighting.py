"""Brightens photos that were taken in the dark, so that colours and encoders see what a person makes out.

A thing that is black must stay black, so a photo counts as dark only if it shows light and shade, and its colours only
if they were the same before.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reunite.encoder import Pixels
from reunite.matching import colours
from workers.cicp import as_srgb

Levels = NDArray[np.uint8]
"""What each of the 256 values of a channel becomes."""

_CELL: Final = 8
"""The mean of each square of this many pixels a side is looked at: noise isn't contrast."""
_SHADE, _BRIGHT = 0.1, 0.99
"""The shares of these cells whose strongest channel isn't above that of a photo's dark and bright ones."""
_DARK, _BLACK = 100, 12
"""A photo is dark if its bright cells are below the first value, and too dark to show anything below the second."""
_CONTRAST: Final = 4
"""How many times the light of its dark cells a dark photo's bright ones have at least. A black thing that fills a
photo has less."""
_TARGET: Final = 230
"""How bright they become at most: three quarters of the photos taken by day are at least as bright."""
_MOST: Final = 8
"""How many times the light a photo gets at most."""


def brightening(photo: Image.Image) -> Levels | None:
    """Return how to brighten a photo, as a longer exposure would; None if it isn't dark."""
    strongest = np.asarray(photo.reduce(_CELL)).max(axis=2)  # a deep blue thing isn't dark
    shade, bright = np.quantile(strongest, (_SHADE, _BRIGHT))
    if not _BLACK <= bright < _DARK:
        return None
    shade, bright, target = colours.linear_light(np.array([shade, bright, _TARGET]) / 255)
    if bright < _CONTRAST * shade:
        return None
    light = colours.linear_light(np.arange(256) / 255) * min(_MOST, target / bright)
    return as_srgb(light.clip(0, 1))


def keeps_colour(photo: Pixels, brightened: Pixels) -> bool:
    """Whether a thing's main colour is the same in both: it may be black by day or red by night."""
    before, after = (colours.dominant(colours.of_photo(pixels)) for pixels in (photo, brightened))
    return before == after
