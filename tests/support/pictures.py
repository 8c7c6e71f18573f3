"""Drawn photos for tests."""

import io

from PIL import Image, ImageDraw

from tests.doubles.colour_encoder import COLOURS


def drawing(colour: str, *, background: tuple[int, int, int] = (225, 222, 215), size: int = 240) -> bytes:
    """A thing of one of the encoder's colours on a pale ground, as a JPEG with a camera's metadata."""
    image = Image.new("RGB", (size, size), background)
    ImageDraw.Draw(image).ellipse((size // 6, size // 6, size * 5 // 6, size * 5 // 6), fill=COLOURS[colour])
    exif = Image.Exif()
    exif[0x010F] = "Camera maker"
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92, exif=exif)
    return out.getvalue()
