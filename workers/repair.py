"""Repairs files that browsers show but Pillow doesn't: keeps only what the picture needs, with correct checksums."""

import re
import struct
import zlib
from typing import Final, NamedTuple

MAX_PROFILE_BYTES: Final = 8 * 1024 * 1024
"""A larger colour profile is left out."""

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNKS: Final = {b"PLTE", b"tRNS", b"iCCP", b"cICP", b"eXIf", b"IDAT", b"IEND"}

_JPEG: Final = b"\xff\xd8"
_JPEG_END: Final = b"\xff\xd9"
_START_OF_SCAN: Final = 0xDA
_COMMENT: Final = 0xFE
_MARKER: Final = re.compile(rb"\xff([\x02-\xcf\xd8-\xfe])")
_BETWEEN_SCANS: Final = {0xC4, 0xDA, 0xDB, 0xDC, 0xDD, _COMMENT}
"""Markers that may follow a scan; any other means damage."""
_APPLICATION: Final = {
    0xE0: (b"JFIF\0", 14),
    0xE1: (b"Exif\0\0", 6),
    0xE2: (b"ICC_PROFILE\0", 14),
    0xEE: (b"Adobe", 12),
}
"""The application segments that affect how the picture is shown: how they begin, and their minimum length."""


class RepairedFile(NamedTuple):
    """A file that Pillow can open. `is_cut` means a JPEG without its end, to which one was added."""

    data: bytes
    is_cut: bool = False


def repaired(data: bytes) -> RepairedFile:
    """Return the file without anything that isn't part of the picture."""
    if data.startswith(_JPEG):
        return _repaired_jpeg(data)
    return RepairedFile(_repaired_png(data) if data.startswith(_PNG) else data)


def _repaired_jpeg(data: bytes) -> RepairedFile:
    """Keep everything up to the end marker except unneeded application segments and those that are too short."""
    view, kept, at, in_scan = memoryview(data), [memoryview(_JPEG)], len(_JPEG), False
    while found := _MARKER.search(data, at):
        kind = found[1][0]
        if in_scan:
            kept.append(view[at : found.start()])
        if kind == _JPEG_END[1]:
            return RepairedFile(b"".join([*kept, _JPEG_END]))
        end = found.end() + int.from_bytes(data[found.end() : found.end() + 2])
        if (in_scan and kind not in _BETWEEN_SCANS) or end < found.end() + 2 or end > len(data):
            return RepairedFile(b"".join([*kept, _JPEG_END]), is_cut=True)
        if _shows(kind, data[found.end() + 2 : end]):
            kept.append(view[found.end() - 2 : end])
        at, in_scan = end, in_scan or kind == _START_OF_SCAN
    return RepairedFile(b"".join([*kept, view[at:], _JPEG_END]), is_cut=True)


def _shows(kind: int, body: bytes) -> bool:
    if kind in _APPLICATION:
        begins, least = _APPLICATION[kind]
        return body.startswith(begins) and len(body) >= least
    return kind != _COMMENT and not 0xE0 <= kind <= 0xEF  # noqa: PLR2004 - APP0 to APP15


def _repaired_png(data: bytes) -> bytes:
    """Keep the still picture, its colours and its orientation. The header's checksum must be right."""
    view, at = memoryview(data), len(_PNG)
    kept = [view[:at]]
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            break
        body = view[at + 4 : end - 4]
        if name == b"IHDR":
            kept.append(view[at:end])
        elif name in _PNG_CHUNKS and (name != b"iCCP" or _fits(bytes(body))):
            kept += [view[at : end - 4], memoryview(struct.pack(">I", zlib.crc32(body)))]
        at = end
    return b"".join([*kept, view[at:]])


def _fits(profile: bytes) -> bool:
    packed = profile[4:].partition(b"\0")[2][1:]
    try:
        return len(zlib.decompressobj().decompress(packed, MAX_PROFILE_BYTES)) < MAX_PROFILE_BYTES
    except zlib.error:
        return False
