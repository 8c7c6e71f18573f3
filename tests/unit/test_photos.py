"""Every kind of file that people post becomes a small upright sRGB JPEG, or a sentence."""

import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

from reunite import rules
from reunite.errors import DefectError, TellUserError
from tests.support.photo_files import FOUR, WHITE, assert_close, corners, quarters, saved
from tests.support.tables import for_each
from workers.photos import decode, make_stored_copy

pytestmark = pytest.mark.untraced


def png_with_header(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))


def animated(kind: str) -> bytes:
    return saved(quarters(), kind, save_all=True, append_images=[Image.new("RGB", (320, 240), "black")], duration=50)


def phones(kind: str) -> bytes:
    """A photo with another one behind it: a second view, or an Ultra HDR photo's map of what's brighter than white."""
    behind = Image.new("RGB", (320, 240), "black")
    if kind == "MPO":
        return saved(quarters(), "MPO", quality=95, save_all=True, append_images=[behind])
    return saved(quarters(), "JPEG", quality=95) + saved(behind.convert("L"), "JPEG")


def transparent_palette() -> bytes:
    image = quarters().quantize(8)
    white = image.getpixel((319, 239))
    return saved(image, "PNG", transparency=white)


POSTED: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: saved(quarters(), "JPEG", quality=95),
    "progressive jpeg": lambda: saved(quarters(), "JPEG", quality=95, progressive=True),
    "mpo": lambda: phones("MPO"),
    "ultra hdr jpeg": lambda: phones("JPEG"),
    "png": lambda: saved(quarters(), "PNG"),
    "palette png": lambda: saved(quarters().quantize(8), "PNG"),
    "palette png, transparent": transparent_palette,
    "gif": lambda: saved(quarters(), "GIF"),
    "animated gif": lambda: animated("GIF"),
    "animated png": lambda: animated("PNG"),
    "webp": lambda: saved(quarters(), "WEBP", lossless=True),
    "animated webp": lambda: animated("WEBP"),
    "avif": lambda: saved(quarters(), "AVIF", quality=90),
    "heic": lambda: saved(quarters(), "HEIF", quality=90),
    "bmp": lambda: saved(quarters(), "BMP"),
    "tiff": lambda: saved(quarters(), "TIFF"),
    "lab tiff": lambda: saved(
        ImageCms.profileToProfile(
            quarters(), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
        )
        or quarters(),
        "TIFF",
    ),
    "cmyk jpeg": lambda: saved(quarters().convert("CMYK"), "JPEG", quality=95),
    "rgba png": lambda: saved(quarters().convert("RGBA"), "PNG"),
}


@for_each("name", POSTED)
def test_every_format_keeps_its_picture_and_loses_everything_else(name: str) -> None:
    copy = make_stored_copy(POSTED[name]())
    assert (copy.width, copy.height) == (320, 240)
    assert_close(corners(copy.jpeg), FOUR)
    assert make_stored_copy(POSTED[name]()) == copy


def test_pixels_are_those_from_before_the_copy_is_compressed() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    assert (make_stored_copy(saved(Image.fromarray(noise), "PNG")).pixels == noise).all()


def test_colours_that_change_from_pixel_to_pixel_are_kept() -> None:
    stripes = np.full((64, 64, 3), (200, 0, 0), np.uint8)
    stripes[:, ::2] = (0, 0, 200)
    shown = decode(make_stored_copy(saved(Image.fromarray(stripes), "PNG")).jpeg).astype(int)
    assert (shown[:, 1::2, 0] > shown[:, 1::2, 2] + 100).all()
    assert (shown[:, ::2, 2] > shown[:, ::2, 0] + 100).all()


GREYS: dict[str, Callable[[NDArray[np.float64]], Image.Image]] = {
    "8 bits": lambda ramp: Image.fromarray((ramp * 255).astype(np.uint8)),
    "16 bits": lambda ramp: Image.fromarray((ramp * 65535).astype(np.uint16)),
    "32 bits": lambda ramp: Image.fromarray((ramp * 1_000_000).astype(np.int32)),
    "float": lambda ramp: Image.fromarray(ramp.astype(np.float32)),
    "1 bit": lambda ramp: Image.fromarray((ramp * 255).astype(np.uint8)).convert("1"),
}


@pytest.mark.parametrize("name", GREYS)
def test_greys_of_every_depth_keep_their_whole_range(name: str) -> None:
    ramp = np.tile(np.linspace(0, 1, 256), (64, 1))
    pixels = decode(make_stored_copy(saved(GREYS[name](ramp), "TIFF")).jpeg).astype(int)
    columns = pixels[:, :, 0].mean(axis=0)
    assert columns[:8].mean() < 16
    assert abs(columns[112:144].mean() - 128) < 12
    assert columns[-8:].mean() > 239
    assert np.ptp(pixels, axis=2).max() <= 2


def test_a_16_bit_png_is_not_cut_off_at_255() -> None:
    ramp = (np.tile(np.linspace(0, 1, 256), (64, 1)) * 65535).astype(np.uint16)
    pixels = decode(make_stored_copy(saved(Image.fromarray(ramp), "PNG")).jpeg)
    assert abs(int(pixels[32, 128, 0]) - 128) <= 3


def test_floats_that_are_no_numbers_do_no_harm() -> None:
    values = np.full((32, 32), np.nan, dtype=np.float32)
    values[:16] = np.inf
    assert make_stored_copy(saved(Image.fromarray(values), "TIFF")).width == 32


def test_a_big_picture_in_floats_keeps_its_range_too() -> None:
    ramp = np.tile(np.linspace(-5, 5, 2000, dtype=np.float32), (100, 1))
    pixels = decode(make_stored_copy(saved(Image.fromarray(ramp), "TIFF")).jpeg)
    assert pixels.shape == (26, 512, 3)
    assert abs(int(pixels[13, 256, 0]) - 128) <= 3
    assert pixels[13, 4, 0] < 8
    assert pixels[13, 507, 0] > 247


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_turns_white(mode: str) -> None:
    image = Image.new(mode, (64, 64), 0)
    assert_close(corners(make_stored_copy(saved(image, "PNG")).jpeg), [WHITE] * 4, within=2)


def test_a_hidden_colour_does_not_bleed_into_the_edges_when_shrunk() -> None:
    pixels = np.zeros((2000, 2000, 4), np.uint8)  # transparent black …
    pixels[:, 1000:] = (255, 255, 255, 255)  # … next to opaque white
    assert decode(make_stored_copy(saved(Image.fromarray(pixels), "PNG")).jpeg).min() >= 250


@pytest.mark.parametrize(
    ("kind", "size", "stored"),
    [
        ("JPEG", (4000, 3000), (500, 375)),  # decoded at a quarter, then averaged by two
        ("PNG", (4000, 3000), (512, 384)),
        ("JPEG", (600, 6000), (50, 500)),
        ("PNG", (600, 6000), (51, 512)),
        ("JPEG", (512, 512), (512, 512)),
        ("PNG", (9, 5), (9, 5)),
        ("JPEG", (5000, 1), (500, 1)),
        ("PNG", (1100, 1), (512, 1)),
    ],
)
def test_big_photos_shrink_and_small_ones_stay(kind: str, size: tuple[int, int], stored: tuple[int, int]) -> None:
    copy = make_stored_copy(saved(quarters(*size), kind))
    assert (copy.width, copy.height) == stored
    assert decode(copy.jpeg).shape == (stored[1], stored[0], 3)


def test_a_big_jpeg_looks_the_same_as_without_the_short_cut() -> None:
    big = quarters(4000, 3000)
    assert_close(corners(make_stored_copy(saved(big, "JPEG", quality=95)).jpeg), FOUR)


REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "empty": ("photo_unreadable", lambda: b""),
    "text": ("photo_not_an_image", lambda: b"I lost my keys"),
    "pdf": ("photo_not_an_image", lambda: b"%PDF-1.7\n1 0 obj"),
    "svg": ("photo_not_an_image", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
    "postscript": ("photo_not_an_image", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
    "video": ("photo_not_an_image", lambda: b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(64)),
    "web page": ("photo_is_web_page", lambda: b"\n<!-- login -->\n<!DOCTYPE html><html><body>Sign in"),
    "web page without doctype": ("photo_is_web_page", lambda: b"\xef\xbb\xbf<HTML><head>"),
    "bomb": ("photo_too_many_pixels", lambda: png_with_header(60_000, 60_000)),
    "a little over": ("photo_too_many_pixels", lambda: png_with_header(10_001, 8_000)),
    "no width": ("photo_unreadable", lambda: png_with_header(0, 10)),
    "header only": ("photo_unreadable", lambda: png_with_header(10, 10)),
    "half a jpeg": ("photo_unreadable", lambda: (data := saved(quarters(), "JPEG"))[: len(data) // 2]),
    "half a png": ("photo_unreadable", lambda: (data := saved(quarters(), "PNG"))[: len(data) // 2]),
    "half a heic": ("photo_unreadable", lambda: (data := saved(quarters(), "HEIF"))[: len(data) // 2]),
    "half a webp": ("photo_unreadable", lambda: (data := saved(quarters(), "WEBP"))[: len(data) // 2]),
    "half an avif": ("photo_unreadable", lambda: (data := saved(quarters(), "AVIF"))[: len(data) // 2]),
    "start of a jpeg": ("photo_unreadable", lambda: saved(quarters(), "JPEG")[:10]),
    "too many bytes": ("photo_too_large", lambda: bytes(rules.MAX_PHOTO_BYTES + 1)),
}


@for_each("name", REFUSED)
def test_unusable_photos_are_explained(name: str) -> None:
    key, make = REFUSED[name]
    with pytest.raises(TellUserError) as raised:
        make_stored_copy(make())
    assert raised.value.key == key


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_random_bytes_are_only_ever_explained(data: bytes) -> None:
    with pytest.raises(TellUserError):
        make_stored_copy(data)


SMALL = {kind: saved(quarters(24, 16), kind) for kind in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF")}


@given(st.sampled_from(sorted(SMALL)), st.integers(0), st.binary(min_size=1, max_size=6), st.integers(0))
@settings(deadline=None, max_examples=300)
@pytest.mark.filterwarnings("ignore")
def test_damaged_photos_are_used_or_explained(kind: str, at: int, noise: bytes, length: int) -> None:
    data = bytearray(SMALL[kind])
    at %= len(data)
    data[at : at + len(noise)] = noise
    try:
        copy = make_stored_copy(bytes(data[: len(data) - length % len(data)]))
    except TellUserError as error:
        assert error.key.startswith("photo_")  # noqa: PT017 - either outcome is right
    else:
        assert max(copy.width, copy.height) <= 512


def test_something_else_than_a_stored_copy_is_a_defect() -> None:
    with pytest.raises(DefectError):
        decode(saved(quarters(), "PNG"))
