"""Reads the main picture's properties from the boxes of an AVIF or HEIC file (ISO/IEC 14496-12, 23008-12)."""

import struct
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final

_NAME_AND_SIZE: Final = 8
_VERSION_AND_FLAGS: Final = 4
_WIDE_INDEX: Final = 1
"""Set if property numbers take two bytes."""
_ESSENTIAL: Final = 0x80
_CLAP: Final = struct.Struct(">IIIIiIiI")

Properties = Mapping[bytes, bytes]


def properties(data: bytes) -> Properties:
    """Return the main picture's properties by name; none if the file is damaged or has no boxes."""
    if data[4:8] != b"ftyp":
        return {}
    try:
        return _properties(data)
    except (struct.error, KeyError, IndexError):
        return {}


def clean_aperture(found: Properties) -> tuple[int, int, int, int] | None:
    """Return the part of the picture to be shown: left, top, right and bottom."""
    try:
        width, height = struct.unpack_from(">II", found[b"ispe"], _VERSION_AND_FLAGS)
        numbers = _CLAP.unpack_from(found[b"clap"])
        wide, high, x, y = (Fraction(*numbers[at : at + 2]) for at in range(0, 8, 2))
    except (KeyError, struct.error, ZeroDivisionError):
        return None
    left, top = (width - wide) / 2 + x, (height - high) / 2 + y
    box = round(left), round(top), round(left + wide), round(top + high)
    return box if 0 <= box[0] < box[2] <= width and 0 <= box[1] < box[3] <= height else None


def _properties(data: bytes) -> Properties:
    meta = dict(_boxes(dict(_boxes(data))[b"meta"][_VERSION_AND_FLAGS:]))
    main = meta[b"pitm"]
    item = int.from_bytes(main[4:8] if main[0] else main[4:6])
    parts = dict(_boxes(meta[b"iprp"]))
    listed = list(_boxes(parts[b"ipco"]))
    return dict(listed[number - 1] for number in _numbers(parts[b"ipma"], item) if 0 < number <= len(listed))


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + _NAME_AND_SIZE <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        begins = at + _NAME_AND_SIZE
        if size == 1:
            [size] = struct.unpack_from(">Q", data, begins)
            begins += 8
        end = at + size if size else len(data)
        if end < begins:
            break
        yield name, b"" if name == b"mdat" else data[begins:end]  # skip the pixels
        at = end


def _numbers(associations: bytes, item: int) -> list[int]:
    """Return the numbers of an item's properties."""
    version, flags = associations[0], associations[3]
    [entries] = struct.unpack_from(">I", associations, _VERSION_AND_FLAGS)
    at = 2 * _VERSION_AND_FLAGS
    for _ in range(entries):
        [number] = struct.unpack_from(">I" if version else ">H", associations, at)
        at += 4 if version else 2
        count = associations[at]
        width = 2 if flags & _WIDE_INDEX else 1
        essential = _ESSENTIAL << 8 * (width - 1)
        listed = [associations[at + 1 + i * width : at + 1 + (i + 1) * width] for i in range(count)]
        if number == item:
            return [int.from_bytes(value) & ~essential for value in listed]
        at += 1 + count * width
    return []
