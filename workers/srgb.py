"""Converts pixels of any mode and colour space to opaque sRGB."""

from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from workers import cicp
from workers.cicp import Cicp

_SRGB: Final = ImageCms.createProfile("sRGB")

Colours = Cicp | bytes | None
"""A photo's colour space: code points, a profile, or (None) sRGB."""
WITHOUT_WHITE: Final = {"I", "F"}
"""Modes without a fixed white: a photo's brightest pixel becomes white."""


def resizable(image: Image.Image) -> Image.Image:
    """Convert an image to a mode whose pixels can be averaged."""
    if image.mode.startswith("I;16"):  # Pillow's own conversion clips at 255
        return Image.fromarray((np.asarray(image).astype(np.uint16) // 257).astype(np.uint8))
    if image.mode in WITHOUT_WHITE:
        return image
    if "transparency" in image.info or image.mode in {"PA", "La", "RGBa"}:
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in {"L", "LA", "RGB", "RGBA", "CMYK", "LAB"} else image.convert("RGB")


def stretched(values: NDArray[np.float64]) -> Image.Image:
    """Stretch values, whose white isn't defined, so that the darkest becomes black and the brightest white."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    scaled = (np.nan_to_num(values, nan=low, posinf=high, neginf=low) - low) * (255 / ((high - low) or 1))
    return Image.fromarray(scaled.round().astype(np.uint8))


def over_white(image: Image.Image, colours: Colours) -> Image.Image:
    alpha = image.getchannel("A") if image.mode in {"LA", "RGBA"} else None
    if alpha is not None:
        image = image.convert(image.mode.removesuffix("A"))
    image = _to_srgb(image, colours)
    if alpha is None:
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=alpha)
    return white


def _to_srgb(image: Image.Image, colours: Colours) -> Image.Image:
    if image.mode == "LAB":
        converted = ImageCms.profileToProfile(image, ImageCms.createProfile("LAB"), _SRGB, outputMode="RGB")
        return converted or image
    if isinstance(colours, Cicp):
        return cicp.to_srgb(image.convert("RGB"), colours)
    if colours:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(colours))
            return ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB") or image
        except (ImageCms.PyCMSError, OSError):
            pass  # a damaged profile, or one for other channels: treat the numbers as sRGB
    return image.convert("RGB")
