"""Converts colours that are described by code points (CICP, ITU-T H.273), such as HDR and wide gamut, to sRGB."""

import struct
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reunite.matching.colours import linear_light
from workers.isobmff import Properties

Floats = NDArray[np.float64]

WHITE_NITS: Final = 203.0
"""The luminance of a white page in HDR (ITU-R BT.2408)."""
_HLG_PEAK_NITS: Final = 1000.0
_HLG_GAMMA: Final = 1.2

# H.273, table 2: x and y of red, green and blue. All have D65 for white.
_PRIMARIES: Final[dict[int, tuple[tuple[float, float], ...]]] = {
    1: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),  # BT.709, sRGB
    5: ((0.640, 0.330), (0.290, 0.600), (0.150, 0.060)),  # BT.601, 625 lines
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),  # BT.601, 525 lines
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),  # BT.2020, BT.2100
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # Display P3
}
_D65: Final = (0.3127, 0.3290)
_SRGB: Final = 1
_LUMINANCE: Final = np.array([0.2627, 0.6780, 0.0593])
"""The shares of BT.2020's red, green and blue in luminance."""


class Cicp(NamedTuple):
    """Code points of the primaries and the transfer curve."""

    primaries: int
    transfer: int


def of_boxes(found: Properties) -> Cicp | None:
    """Return the code points of an AVIF or HEIC file, unless it has a profile instead."""
    colour = found.get(b"colr", b"")
    return Cicp(*struct.unpack_from(">HH", colour, 4)) if colour.startswith(b"nclx") and len(colour) >= 8 else None  # noqa: PLR2004


def of_png(data: bytes) -> Cicp | None:
    """Return a PNG's code points; the chunk cICP comes before IDAT."""
    at = data.find(b"cICP", 0, data.find(b"IDAT"))
    return Cicp(data[at + 4], data[at + 5]) if at > 0 else None


def to_srgb(image: Image.Image, cicp: Cicp) -> Image.Image:
    """Convert an RGB image to sRGB; anything brighter than white becomes white."""
    primaries = _PRIMARIES.get(cicp.primaries, _PRIMARIES[_SRGB])
    curve = _CURVES.get(cicp.transfer, linear_light)
    if primaries == _PRIMARIES[_SRGB] and curve is linear_light:
        return image
    linear = curve(np.asarray(image, np.float64) / 255)
    matrix = np.linalg.inv(_to_xyz(_PRIMARIES[_SRGB])) @ _to_xyz(primaries)
    return Image.fromarray(as_srgb((linear @ matrix.T).clip(0, 1)))


def _to_xyz(primaries: tuple[tuple[float, float], ...]) -> Floats:
    columns = np.array([(x / y, 1, (1 - x - y) / y) for x, y in (*primaries, _D65)]).T
    return np.asarray(columns[:, :3] * np.linalg.solve(columns[:, :3], columns[:, 3]))


def as_srgb(light: Floats) -> NDArray[np.uint8]:
    """Convert linear light, 0 to 1, to sRGB (IEC 61966-2-1)."""
    code = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)  # noqa: PLR2004
    return (255 * code).round().astype(np.uint8)


def _pq_curve(code: Floats) -> Floats:  # SMPTE ST 2084, in BT.2100
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = code ** (1 / m2)
    return np.asarray(10_000 * ((power - c1).clip(0) / (c2 - c3 * power)) ** (1 / m1) / WHITE_NITS)


def _hlg_curve(code: Floats) -> Floats:  # ARIB STD-B67, in BT.2100
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)  # noqa: PLR2004
    luminance = np.maximum(scene @ _LUMINANCE, 1e-9)[..., None]
    return np.asarray(_HLG_PEAK_NITS * luminance ** (_HLG_GAMMA - 1) * scene / WHITE_NITS)


_CURVES: Final[dict[int, Callable[[Floats], Floats]]] = {
    4: lambda code: code**2.2,
    5: lambda code: code**2.8,
    8: lambda code: code,
    16: _pq_curve,
    18: _hlg_curve,
}
"""H.273, table 3. Like browsers, treat television's curves (1, 6, 14, 15) as sRGB's."""
