"""Makes the stored copy of a posted photo: a small, upright JPEG without metadata."""

import codecs
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final, NamedTuple

import numpy as np
from PIL import ExifTags, Image, PngImagePlugin, UnidentifiedImageError
from pillow_heif import register_heif_opener

from reunite import rules
from reunite.encoder import WHOLE, Box, Framing, Pixels, Views
from reunite.entities import PhotoFlaw
from reunite.errors import DefectError, TellUserError
from workers import cicp, isobmff, lighting, partial_photos, repair, srgb, visibility
from workers.borders import without_bars
from workers.framing import framed, stacked, views_of
from workers.repair import RepairedFile
from workers.small_thing import around_small_thing, part
from workers.srgb import Colours

MAX_PHOTO_PIXELS: Final = 80_000_000
MAX_SCALED_PIXELS: Final = 400_000_000
"""For JPEGs, which can be decoded at a fraction of their size."""
MAX_DECODED_BYTES: Final = 600_000_000
"""The memory that an open photo may take."""
STORED_SIDE: Final = 512
_NEARLY_STORED_SIDE: Final = 496
"""A copy may be this small if averaging whole pixels is enough, which takes a tenth of the time. A phone's photo of
4032 pixels, decoded at a quarter, becomes one of 504."""
_COPY_DETAIL, _VIEW_DETAIL = 1.5, 3.0
"""A photo is first reduced to this many times the width of a stored copy and of an encoder's view. With less for views,
vectors change noticeably (docs/performance.md)."""
_FRACTIONS: Final = (1, 2, 4, 8)
"""The factors by which a JPEG can be reduced during decoding."""
_TARGET_PIXELS: Final = 6_000_000
"""Larger photos are always reduced further, because rotating a photo doubles the memory."""
_STORED: Final = {"quality": 72, "subsampling": "4:4:4", "optimize": True}
"""With these, an item takes less than 40 kB in the database (docs/performance.md)."""

# Formats in which people post photos. Pillow knows many more, and runs other programs for some (EPS).
_FORMATS: Final = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "BMP", "TIFF")
_SIGNATURE: Final = re.compile(
    rb"\xff\xd8\xff|\x89PNG|GIF8|RIFF....WEBP|....ftyp(?:hei|hev|mif1|msf1|avi[fs])|BM....\0\0\0\0|II\*\0|MM\0\*",
    re.DOTALL,
)
_SNIFFED_BYTES: Final = 4096
"""How many bytes are examined to recognise a web page."""
_BEFORE_PAGE: Final = {b"<?xml": b">", b"<!--": b"-->"}
"""What may precede a page's first tag, and how that ends."""
_PAGE: Final = tuple(
    b"<" + name for name in (b"!doctype html", b"html", b"head", b"body", b"script", b"meta", b"title")
)
_BYTES_PER_PIXEL: Final = {"WEBP": 18, "HEIF": 14, "AVIF": 11, "JPEG": 1}
"""Measured while stored copies were made, and rounded up; for other formats it depends on the mode."""
_BYTES_PER_PIXEL_OF_MODE: Final = {"1": 3, "L": 3, "RGB": 5, "F": 5, "I": 5, "P": 6, "I;16": 7}
_BYTES_PER_PIXEL_PROGRESSIVE: Final = 5
"""A progressive JPEG stays in memory until its last scan."""
_MAX_BYTES_PER_PIXEL: Final = 11
_UPRIGHT: Final = {  # Exif 2.32, tag 0x0112: undoes the camera's rotation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
register_heif_opener(thumbnails=False)
Image.MAX_IMAGE_PIXELS = None  # our own limits apply
PngImagePlugin.MAX_TEXT_CHUNK = repair.MAX_PROFILE_BYTES


@dataclass(frozen=True)
class StoredCopy:
    """The one image that is kept: upright sRGB, no metadata, at most 512 px on the long side.

    `pixels` are the copy's before compression; `views` are the encoder's, made from the posted photo. With
    `is_partial`, some rows of the posted photo couldn't be decoded. Without `shows_colours`, it was too dark for them.
    """

    pixels: Pixels = field(repr=False, compare=False)
    views: Views = field(repr=False, compare=False)
    jpeg: bytes
    width: int
    height: int
    is_partial: bool
    shows_colours: bool
    flaw: PhotoFlaw | None
    thing: Box | None
    """The part around a small thing, in shares of the sides."""


def make_stored_copy(data: bytes, take: Callable[[int], None] = lambda _: None, framing: Framing = WHOLE) -> StoredCopy:
    """Make the stored copy and the encoder's views from a posted file; equal bytes give equal copies.

    After the header has been read, `take` is called with the bytes of memory that decoding will need; it may raise.

    Raises TellUserError: photo_too_large, photo_too_many_pixels, photo_not_an_image, photo_unreadable or
    photo_is_web_page; and MemoryError.
    """
    if len(data) > rules.MAX_PHOTO_BYTES:
        raise TellUserError("photo_too_large", megabytes=rules.MAX_PHOTO_BYTES // 2**20)
    try:
        photo = repair.repaired(data)
        with _open(photo.data) as image:
            take(_needed(image))
            opened = _upright(image, photo, framing)
            thing = around_small_thing(opened.image, opened.colours)
            views = _views(opened, framing, thing)
            copy = _copy(opened)
    except (TellUserError, MemoryError):
        raise
    except Exception as error:  # on damaged files, decoders raise anything from struct.error to SyntaxError
        raise TellUserError("photo_unreadable") from error
    levels = lighting.brightening(copy)
    as_posted = np.asarray(copy)
    pixels = as_posted if levels is None else levels[as_posted]
    shows_colours = levels is None or lighting.keeps_colour(part(as_posted, thing), part(pixels, thing))
    jpeg = as_jpeg(copy if levels is None else Image.fromarray(pixels))
    if views is None:
        views = framed(pixels, framing)
    elif levels is not None:
        views = levels[views]
    flaw = visibility.flaw_of(as_posted)
    return StoredCopy(pixels, views, jpeg, *copy.size, opened.is_partial, shows_colours, flaw, thing)


def decode(jpeg: bytes) -> Pixels:
    """Decode a stored copy to height × width × 3. Raises DefectError if it can't be decoded."""
    try:
        with Image.open(BytesIO(jpeg), formats=("JPEG",)) as image:
            return np.array(image.convert("RGB"))
    except OSError as error:
        raise DefectError("A stored copy can't be decoded.") from error


def _open(data: bytes) -> Image.Image:
    """Read only the header, and refuse files that aren't photos or are too big to decode."""
    try:
        image = Image.open(BytesIO(data), formats=_FORMATS)
    except UnidentifiedImageError as error:
        if _is_web_page(data[:_SNIFFED_BYTES]):
            raise TellUserError("photo_is_web_page") from error
        damaged = not data or _SIGNATURE.match(data)
        raise TellUserError("photo_unreadable" if damaged else "photo_not_an_image") from error
    limit = MAX_SCALED_PIXELS if image.format == "JPEG" else MAX_PHOTO_PIXELS
    if image.width * image.height > limit or _needed(image) > MAX_DECODED_BYTES:
        limit = min(limit, MAX_DECODED_BYTES // _bytes_per_pixel(image))
        raise TellUserError("photo_too_many_pixels", number=limit // 1_000_000)
    return image


def _needed(image: Image.Image) -> int:
    return image.width * image.height * _bytes_per_pixel(image)


def _bytes_per_pixel(image: Image.Image) -> int:
    if image.format == "JPEG" and image.info.get("progressive"):
        return _BYTES_PER_PIXEL_PROGRESSIVE
    if image.format in _BYTES_PER_PIXEL:
        return _BYTES_PER_PIXEL[image.format]
    if "transparency" in image.info:
        return _MAX_BYTES_PER_PIXEL
    return _BYTES_PER_PIXEL_OF_MODE.get(image.mode, _MAX_BYTES_PER_PIXEL)


def _is_web_page(start: bytes) -> bool:
    rest = start.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    while end := next((end for begin, end in _BEFORE_PAGE.items() if rest.startswith(begin)), None):
        rest = rest.partition(end)[2].lstrip()
    return rest.startswith(_PAGE)


class _Opened(NamedTuple):
    """A decoded photo, upright, in a mode whose pixels can be averaged, and its colour space."""

    image: Image.Image
    colours: Colours
    is_partial: bool


def _upright(image: Image.Image, photo: RepairedFile, framing: Framing) -> _Opened:
    found = isobmff.properties(photo.data)
    colours, crop = _colours(image, photo.data, found), isobmff.clean_aperture(found)
    reduction = _reduction(*image.size, framing)
    fraction = max(fraction for fraction in _FRACTIONS if fraction <= reduction)
    image.draft(None, (max(1, image.width // fraction), max(1, image.height // fraction)))
    reduction /= fraction if image.format == "JPEG" else 1
    rows = partial_photos.load(image, is_cut=photo.is_cut)
    orientation = _orientation(image)
    if crop and image.format == "AVIF":  # libheif crops HEIC itself
        image = image.crop(crop)
    image = srgb.resizable(image)
    if reduction >= 2:  # noqa: PLR2004 - only whole factors
        image = image.reduce(int(reduction))
    if rows.is_partial:
        top, bottom = math.ceil(rows.top * image.height), math.floor(rows.bottom * image.height)
        image = image.crop((0, top, image.width, max(top + 1, bottom)))
    if orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[orientation])
    return _Opened(without_bars(image), colours, rows.is_partial)


def _reduction(width: int, height: int, framing: Framing) -> float:
    """Return the factor by which a photo is reduced before its copy and its views are made."""
    kept = min(max(width, height) / STORED_SIDE / _COPY_DETAIL, framing.least_reduction(width, height) / _VIEW_DETAIL)
    enough = math.sqrt(width * height / _TARGET_PIXELS)
    return max(1, kept, 2 * enough if enough > 1 else 0)


def _copy(opened: _Opened) -> Image.Image:
    """Average whole pixels if that leaves nearly the right size, or else shrink the photo itself: it may be large."""
    image = opened.image
    reduction = math.ceil(max(image.size) / STORED_SIDE)
    if image.mode not in srgb.WITHOUT_WHITE and reduction > 1 and max(image.size) // reduction >= _NEARLY_STORED_SIDE:
        image = image.reduce(reduction)
    else:
        image.thumbnail((STORED_SIDE, STORED_SIDE), Image.Resampling.BICUBIC, reducing_gap=_COPY_DETAIL)
    if image.mode in srgb.WITHOUT_WHITE:
        image = srgb.stretched(np.asarray(image, dtype=np.float64))
    return srgb.over_white(image, opened.colours)


def _views(opened: _Opened, framing: Framing, thing: Box | None) -> Views | None:
    """Make an encoder's views from an opened photo; None if they have to be made from its copy."""
    if not framing.width or opened.image.mode in srgb.WITHOUT_WHITE:
        return None
    return stacked([srgb.over_white(view, opened.colours) for view in views_of(opened.image, framing, thing)])


def _colours(image: Image.Image, data: bytes, found: isobmff.Properties) -> Colours:
    """Return a photo's colour space. A PNG's code points take precedence over its profile; AVIF's and HEIC's don't."""
    profile: bytes | None = image.info.get("icc_profile")
    if image.format == "PNG":
        return cicp.of_png(data) or profile
    return profile or cicp.of_boxes(found)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - a photo with broken metadata is still a photo
        return 1


def as_jpeg(image: Image.Image) -> bytes:
    """Compress a picture as a stored copy, without metadata."""
    bare = Image.new("RGB", image.size)  # Pillow would copy the source's comment or profile
    bare.paste(image)
    buffer = BytesIO()
    bare.save(buffer, "JPEG", **_STORED)
    return buffer.getvalue()
