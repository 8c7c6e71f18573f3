"""Brightens photos that were taken in the dark, so that colours and encoders see what a person makes out."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Levels = NDArray[np.uint8]
"""What each of the 256 values of a channel becomes."""

_BRIGHT: Final = 0.99
"""The share of a photo's pixels whose strongest channel isn't above that of its bright ones."""
_STEP: Final = 8
"""Every eighth pixel of both directions is looked at."""
_DARK, _BLACK = 100, 12
"""A photo is dark if its bright pixels are below the first value, and too dark to show anything below the second."""
_TARGET: Final = 230
"""How bright they become: three quarters of the photos taken by day are at least as bright."""


def brightening(photo: Image.Image) -> Levels | None:
    """Return how to brighten a photo, as a longer exposure would; None if it isn't dark."""
    red, green, blue = np.moveaxis(np.asarray(photo)[::_STEP, ::_STEP], 2, 0)
    strongest = np.maximum(np.maximum(red, green), blue)  # a deep blue thing isn't dark
    bright = float(np.quantile(strongest, _BRIGHT))
    if not _BLACK <= bright < _DARK:
        return None
    values = np.arange(256) / 255
    light = _light(values) * float(_light(np.array(_TARGET / 255)) / _light(np.array(bright / 255)))
    curve = 1.055 * np.minimum(light, 1) ** (1 / 2.4) - 0.055
    levels = np.where(light <= 0.0031308, light * 12.92, curve)  # noqa: PLR2004 - sRGB's definition
    return (levels * 255).round().astype(np.uint8)


def _light(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convert sRGB to linear light, both 0 to 1."""
    curve = ((values + 0.055) / 1.055) ** 2.4
    light: NDArray[np.float64] = np.where(values <= 0.04045, values / 12.92, curve)  # noqa: PLR2004 - sRGB's definition
    return light
