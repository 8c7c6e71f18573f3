"""HDR, wide gamut and crops: a photo's copy looks as browsers show the photo."""

import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

from reunite.matching import colours
from tests.support.photo_files import BLUE, FOUR, GREEN, RED, WHITE, assert_close, corners, quarters, saved
from tests.support.tables import for_each
from workers import cicp, isobmff
from workers.photos import decode, make_stored_copy

Floats = NDArray[np.float64]

BT_2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
"""From linear BT.709 to linear BT.2020 (ITU-R BT.2087, table 2)."""
P3 = np.array([[0.8225, 0.1774, 0.0000], [0.0332, 0.9669, 0.0000], [0.0171, 0.0724, 0.9108]])


def linear(image: Image.Image) -> Floats:
    code = np.asarray(image, np.float64) / 255
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def srgb(light: Floats) -> Floats:
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light.clip(0) ** (1 / 2.4) - 0.055)


def pq(light: Floats) -> Floats:
    power = (light * 203 / 10_000).clip(0) ** 0.1593017578125
    return np.asarray(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def hlg(light: Floats) -> Floats:
    nits = light * 203 / 1000
    luminance = nits @ np.array([0.2627, 0.678, 0.0593])
    scene = nits * np.maximum(luminance, 1e-6)[..., None] ** (1 / 1.2 - 1)
    bright = 0.17883277 * np.log((12 * scene - 0.28466892).clip(1e-9)) + 0.55991073
    return np.asarray(np.where(scene <= 1 / 12, np.sqrt(3 * scene), bright))


def coded(curve: Callable[[Floats], Floats], matrix: Floats) -> Image.Image:
    """The quarters in other code values."""
    return Image.fromarray((curve(linear(quarters()) @ matrix.T).clip(0, 1) * 255).round().astype(np.uint8))


MEANT: dict[str, tuple[int, int, Image.Image]] = {
    "PQ": (9, 16, coded(pq, BT_2020)),
    "HLG": (9, 18, coded(hlg, BT_2020)),
    "Display P3": (12, 13, coded(srgb, P3)),
    "BT.2020": (9, 13, coded(srgb, BT_2020)),
    "linear": (1, 8, coded(lambda light: light, np.eye(3))),
    "gamma 2.2": (1, 4, coded(lambda light: light ** (1 / 2.2), np.eye(3))),
    "sRGB": (1, 13, quarters()),
    "television": (1, 1, quarters()),
    "unknown": (2, 2, quarters()),
}


def png_of(primaries: int, transfer: int, image: Image.Image, **options: object) -> bytes:
    body = b"cICP" + bytes([primaries, transfer, 0, 1])
    png = saved(image, "PNG", **options)
    return png[:33] + struct.pack(">I", 4) + body + struct.pack(">I", zlib.crc32(body)) + png[33:]


def boxed(kind: str, primaries: int, transfer: int, image: Image.Image) -> bytes:
    photo = bytearray(saved(image, kind, quality=95))
    at = photo.index(b"nclx") + 4
    photo[at : at + 4] = struct.pack(">HH", primaries, transfer)
    return bytes(photo)


@pytest.mark.parametrize("name", MEANT)
def test_a_png_with_code_points_keeps_its_colours(name: str) -> None:
    copy = make_stored_copy(png_of(*MEANT[name]))
    assert_close(corners(copy.jpeg), FOUR, within=16)
    assert_close(corners(copy.jpeg)[3:], [WHITE], within=3)


@for_each("kind", ["AVIF", "HEIF"])
@for_each("name", MEANT)
def test_an_avif_or_heic_with_code_points_keeps_its_colours(kind: str, name: str) -> None:
    assert_close(
        corners(make_stored_copy(boxed(kind, *MEANT[name])).jpeg), FOUR, within=32
    )  # eight bits are few for PQ


def test_red_is_called_red_and_white_white() -> None:
    shares = dict(
        zip(colours.NAMES, colours.of_photo(decode(make_stored_copy(png_of(*MEANT["PQ"])).jpeg)), strict=True)
    )
    assert min(shares[name] for name in ("red", "green", "blue", "white")) > 0.2


def test_what_is_brighter_than_white_is_white() -> None:
    sun = Image.new("RGB", (64, 64), (200, 200, 200))
    assert decode(make_stored_copy(png_of(9, 16, sun)).jpeg).min() >= 254


def test_code_points_come_before_a_pngs_profile() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert_close(corners(make_stored_copy(png_of(*MEANT["PQ"], icc_profile=profile)).jpeg), FOUR, within=16)


def test_what_is_transparent_in_hdr_is_white() -> None:
    image = MEANT["PQ"][2].convert("RGBA")
    image.putalpha(0)
    assert_close(corners(make_stored_copy(png_of(9, 16, image)).jpeg), [WHITE] * 4, within=2)


def test_code_points_within_the_pixels_mean_nothing() -> None:
    assert cicp.of_png(b"IHDR....IDAT cICP\x09\x10\0\1") is None


# The crop of an AVIF


def cropped(*clap: int) -> bytes:
    """An AVIF with a clean aperture (ISO/IEC 14496-12, 12.1.4)."""
    avif = bytearray(saved(quarters(), "AVIF", quality=90))
    added = struct.pack(">I4s8i", 40, b"clap", *clap)
    ipma, ipco = avif.index(b"ipma"), avif.index(b"ipco")
    end = ipma - 4 + int.from_bytes(avif[ipma - 4 : ipma])
    number = len(list(isobmff._boxes(bytes(avif[ipco + 4 : ipma - 4])))) + 1
    avif[end:end] = bytes([0x80 | number])
    avif[ipma + 14] += 1
    avif[ipma - 4 : ipma - 4] = added
    for name, more in ((b"meta", 41), (b"iprp", 41), (b"ipco", 40), (b"ipma", 1)):
        at = avif.index(name) - 4
        avif[at : at + 4] = struct.pack(">I", int.from_bytes(avif[at : at + 4]) + more)
    at = avif.index(b"iloc") + 18
    avif[at : at + 4] = struct.pack(">I", int.from_bytes(avif[at : at + 4]) + 41)
    return bytes(avif)


@pytest.mark.parametrize(
    ("clap", "size", "seen"),
    [
        ((160, 1, 240, 1, -80, 1, 0, 1), (160, 240), [RED, RED, BLUE, BLUE]),
        ((160, 1, 120, 1, 80, 1, -60, 1), (160, 120), [GREEN] * 4),
        ((321, 2, 241, 2, -319, 4, -239, 4), (160, 120), [RED] * 4),
        ((320, 1, 240, 1, 0, 1, 0, 1), (320, 240), FOUR),
        ((320, 1, 240, 1, 10, 1, 0, 1), (320, 240), FOUR),  # not within the picture
        ((160, 0, 240, 1, 0, 1, 0, 1), (320, 240), FOUR),
        ((0, 1, 240, 1, 0, 1, 0, 1), (320, 240), FOUR),
    ],
)
def test_an_avif_is_cropped_as_it_says(
    clap: tuple[int, ...], size: tuple[int, int], seen: list[tuple[int, int, int]]
) -> None:
    copy = make_stored_copy(cropped(*clap))
    assert (copy.width, copy.height) == size
    assert_close(corners(copy.jpeg), seen)


SMALL = saved(quarters(24, 16), "AVIF")


@given(st.integers(0, 400), st.binary(min_size=1, max_size=8), st.integers(0, len(SMALL)))
def test_damaged_boxes_say_nothing_or_something(at: int, noise: bytes, length: int) -> None:
    data = bytearray(SMALL)
    data[at : at + len(noise)] = noise
    found = isobmff.properties(bytes(data[:length]))
    isobmff.clean_aperture(found)
    cicp.of_boxes(found)
