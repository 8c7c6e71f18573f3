"""Photos in files of every format, and what their stored copies show."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import ExifTags, Image, TiffImagePlugin

from workers.photos import decode

RED, GREEN, BLUE, WHITE = (220, 30, 40), (30, 160, 60), (40, 60, 200), (255, 255, 255)


def quarters(width: int = 320, height: int = 240) -> Image.Image:
    """Red and green above, blue and white below: every turn and mirroring shows."""
    image = Image.new("RGB", (width, height), WHITE)
    image.paste(RED, (0, 0, width // 2, height // 2))
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def corners(jpeg: bytes) -> list[tuple[int, ...]]:
    """The colours in the middles of the four quarters, row by row."""
    pixels = decode(jpeg)
    height, width = pixels.shape[:2]
    return [
        tuple(int(c) for c in pixels[y, x])
        for y in (height // 4, 3 * height // 4)
        for x in (width // 4, 3 * width // 4)
    ]


def assert_close(found: Sequence[tuple[int, ...]], expected: Sequence[tuple[int, ...]], within: int = 12) -> None:
    assert np.abs(np.array(found) - np.array(expected)).max() <= within, f"{found} is not {expected}"


FOUR = [RED, GREEN, BLUE, WHITE]


def exif(orientation: int = 1) -> Image.Exif:
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation] = orientation
    tags[ExifTags.Base.Artist] = "Somebody Private"
    gps = tags.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = tuple(TiffImagePlugin.IFDRational(part) for part in (52, 31, 12))
    return tags
