"""Makes an encoder's views of a photo: all processing of pixels before the encoder normalises them."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from reunite.encoder import Framing, Pixels, Views


def framed(pixels: Pixels, framing: Framing) -> Views:
    """Return an encoder's views of a photo."""
    return stacked(views_of(Image.fromarray(pixels), framing))


def views_of(image: Image.Image, framing: Framing) -> list[Image.Image]:
    """Return an encoder's views of an upright photo, in the photo's mode."""
    if not framing.width:
        return [image]
    size, resample = (framing.width, framing.height), Image.Resampling(framing.resample)
    boxes = framing.boxes(*image.size)
    return [image.resize(size, resample, box=box) for box in boxes]


def stacked(views: Sequence[Image.Image]) -> Views:
    return np.stack([np.asarray(view) for view in views])
