"""Rewrites valid BMP files that Pillow can't open as ones that it can."""

import struct
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

_FILE_HEADER: Final = 14
_CORE_HEADER: Final = 12
_INFO_HEADER: Final = 40
_PLAIN: Final = struct.Struct("<IiiHHIIiiII")
_BITFIELDS, _ALPHA_BITFIELDS = 3, 6
_MAX_COLOURS: Final = 256
_BGRA: Final = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
_FEW_BITS: Final = 2
_HEADER_WITH_ALPHA: Final = 56
_MAX_PIXELS: Final = 10_000_000
"""Larger pictures aren't rewritten, which takes eight bytes per pixel."""


class _Bitmap(NamedTuple):
    header: int
    width: int
    height: int
    planes: int
    bits: int
    compression: int
    size: int
    x: int
    y: int
    colours: int
    important: int


def repaired(data: bytes) -> bytes:
    """Rewrite odd bit fields, two-bit pixels, short headers and oversized palettes; other files are unchanged."""
    if len(data) < _FILE_HEADER + 16 or int.from_bytes(data[14:18], "little") == _CORE_HEADER:
        return data
    [offset] = struct.unpack_from("<I", data, 10)
    [header] = struct.unpack_from("<I", data, _FILE_HEADER)
    fields = data[_FILE_HEADER : _FILE_HEADER + min(header, _INFO_HEADER)].ljust(_INFO_HEADER, b"\0")
    bitmap = _Bitmap(*_PLAIN.unpack(fields))
    if bitmap.width <= 0 or not bitmap.height:
        return data
    is_small = bitmap.width * abs(bitmap.height) <= _MAX_PIXELS
    if is_small and bitmap.compression in {_BITFIELDS, _ALPHA_BITFIELDS} and bitmap.bits in {16, 32}:
        return _with_plain_fields(data, bitmap, offset)
    if is_small and bitmap.bits == _FEW_BITS and bitmap.compression == 0:
        return _with_whole_bytes(data, bitmap, offset)
    if header < _INFO_HEADER or (bitmap.bits <= 8 and bitmap.colours > _MAX_COLOURS):  # noqa: PLR2004 - bits
        palette = _palette(data, bitmap)
        return _file(bitmap._replace(colours=len(palette) // 4), palette, data[offset:])
    return data


def _palette(data: bytes, bitmap: _Bitmap) -> bytes:
    start = _FILE_HEADER + bitmap.header
    most = 1 << bitmap.bits
    colours = min(bitmap.colours or most, most) if bitmap.bits <= 8 else 0  # noqa: PLR2004 - bits
    return data[start : start + 4 * colours]


def _file(bitmap: _Bitmap, tables: bytes, pixels: bytes) -> bytes:
    info = bitmap._replace(header=_INFO_HEADER, size=len(pixels))
    start = _FILE_HEADER + _INFO_HEADER + len(tables)
    return struct.pack("<2sIII", b"BM", start + len(pixels), 0, start) + _PLAIN.pack(*info) + tables + pixels


def _rows(data: bytes, bitmap: _Bitmap, offset: int) -> NDArray[np.uint8]:
    """Return the rows that the file has, padding included."""
    stride = (bitmap.width * bitmap.bits + 31) // 32 * 4
    count = min(abs(bitmap.height), (len(data) - offset) // stride)
    return np.frombuffer(data, np.uint8, max(0, count) * stride, min(offset, len(data))).reshape(-1, stride)


def _with_whole_bytes(data: bytes, bitmap: _Bitmap, offset: int) -> bytes:
    rows = _rows(data, bitmap, offset)
    spread = np.empty((len(rows), (bitmap.width + 3) // 4 * 4), np.uint8)
    for place in range(4):
        spread[:, place::4] = rows[:, : spread.shape[1] // 4] >> (6 - 2 * place) & 3
    palette = _palette(data, bitmap)
    return _file(bitmap._replace(bits=8, colours=len(palette) // 4), palette, spread.tobytes())


def _with_plain_fields(data: bytes, bitmap: _Bitmap, offset: int) -> bytes:
    has_alpha = bitmap.compression == _ALPHA_BITFIELDS or bitmap.header >= _HEADER_WITH_ALPHA
    masks = struct.unpack_from("<4I" if has_alpha else "<3I", data, _FILE_HEADER + _INFO_HEADER)
    rows = _rows(data, bitmap, offset)
    pixels = np.empty((len(rows), bitmap.width, 4), np.uint8)
    number = np.dtype("<u2" if bitmap.bits == 16 else "<u4")  # noqa: PLR2004 - bits
    for row, out in zip(rows, pixels, strict=True):
        values = row.view(number)[: bitmap.width]
        for channel, mask in enumerate((masks[2], masks[1], masks[0], *masks[3:])):
            out[:, channel] = _scaled(values, mask)
    shown = _BGRA if has_alpha and masks[3] else (*_BGRA[:3], 0)
    header = _PLAIN.pack(*bitmap._replace(header=_HEADER_WITH_ALPHA, bits=32, compression=_BITFIELDS, colours=0))
    start = _FILE_HEADER + _HEADER_WITH_ALPHA
    head = struct.pack("<2sIII", b"BM", start + pixels.nbytes, 0, start) + header + struct.pack("<4I", *shown)
    return b"".join([head, pixels.data])


def _scaled(values: NDArray[np.unsignedinteger], mask: int) -> NDArray[np.uint8]:
    if not mask:
        return np.zeros(len(values), np.uint8)
    shift = (mask & -mask).bit_length() - 1
    most = mask >> shift
    return (((values.astype(np.uint64) & mask) >> shift) * 255 // most).astype(np.uint8)
