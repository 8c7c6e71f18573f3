"""Makes an encoder's views of a photo: all processing of pixels before the encoder normalises them."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from reunite.encoder import Box, Framing, Pixels, Views
from workers.small_thing import around_small_thing


def framed(pixels: Pixels, framing: Framing) -> Views:
    """Return an encoder's views of a photo."""
    image = Image.fromarray(pixels)
    return stacked(views_of(image, framing, around_small_thing(image) if framing.goes_near else None))


def views_of(image: Image.Image, framing: Framing, thing: Box | None) -> list[Image.Image]:
    """Return an encoder's views of an upright photo, or of the part around its small thing, in the photo's mode."""
    if not framing.width:
        return [image]
    size, resample = (framing.width, framing.height), Image.Resampling(framing.resample)
    boxes = framing.boxes(*image.size, thing)
    return [image.resize(size, resample, box=box) for box in boxes]


def stacked(views: Sequence[Image.Image]) -> Views:
    return np.stack([np.asarray(view) for view in views])
