"""Made classes of hostile and odd pictures, by their names; the well-formed ones are where mutations begin."""

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from PIL import Image
from pillow_heif import register_heif_opener

from tests.doubles import poison
from tests.doubles.poison import flat, saved

register_heif_opener()
_NOISE: Final = np.random.default_rng(3).integers(0, 256, (48, 64, 3), np.uint8)


def _noise(mode: str = "RGB") -> Image.Image:
    return Image.fromarray(_NOISE).convert(mode)


def _frames(kind: str, number: int, **options: object) -> bytes:
    frames = [_noise().rotate(degrees) for degrees in range(number)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], **options)


WELL_FORMED: Final[Mapping[str, bytes]] = {
    "jpeg": saved(_noise(), "JPEG", quality=80),
    "jpeg, progressive": saved(_noise(), "JPEG", progressive=True),
    "jpeg, CMYK": saved(_noise("CMYK"), "JPEG"),
    "jpeg, restarts": saved(_noise(), "JPEG", restart_marker_blocks=1),
    "png": saved(_noise()),
    "png, palette": saved(_noise().quantize(16)),
    "png, alpha": saved(_noise("RGBA")),
    "png, one bit": saved(_noise("1")),
    "gif": _frames("GIF", 3),
    "webp": saved(_noise(), "WEBP"),
    "webp, lossless": saved(_noise(), "WEBP", lossless=True),
    "webp, moving": _frames("WEBP", 3),
    "avif": saved(_noise(), "AVIF", speed=10),
    "heic": saved(_noise(), "HEIF"),
    "tiff": saved(_noise(), "TIFF"),
    "tiff, LZW": saved(_noise(), "TIFF", compression="tiff_lzw"),
    "tiff, JPEG": saved(_noise(), "TIFF", compression="jpeg"),
    "bmp": saved(_noise(), "BMP"),
}
_DAMAGE: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "cut in half": lambda data: data[: len(data) // 2],
    "only its header": lambda data: data[:32],
    "zeros at its end": lambda data: data[: len(data) // 2] + bytes(len(data) // 2),
    "twice": lambda data: data * 2,
}
_DAMAGED: Final = ("jpeg", "png", "gif", "webp", "avif", "heic", "tiff", "bmp")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _png_with(name: bytes, body: bytes, times: int = 1) -> bytes:
    png = WELL_FORMED["png"]
    return png[:33] + _chunk(name, body) * times + png[33:]


def _jpeg_with(kind: int, body: bytes) -> bytes:
    jpeg = WELL_FORMED["jpeg"]
    return jpeg[:2] + bytes([0xFF, kind]) + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def _patched(name: str, at: int, new: bytes) -> bytes:
    data = bytearray(WELL_FORMED[name])
    data[at : at + len(new)] = new
    return bytes(data)


def _jpeg_of_height(height: int) -> bytes:
    jpeg = WELL_FORMED["jpeg"]
    return _patched("jpeg", jpeg.index(b"\xff\xc0") + 5, struct.pack(">H", height))


def _looping_tiff() -> bytes:
    """A TIFF whose one directory names itself as the next."""
    entries = [(256, 3, 1, 8), (257, 3, 1, 8), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8)]
    packed = b"".join(struct.pack("<HHIHH", tag, kind, count, value, 0) for tag, kind, count, value in entries)
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(entries)) + packed + struct.pack("<I", 8)


def _looping_exif() -> bytes:
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8)  # its Exif directory is the directory itself
    return _jpeg_with(0xE1, b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 8))


def _nested_boxes(depth: int) -> bytes:
    inner = b""
    for _ in range(depth):
        inner = struct.pack(">I", len(inner) + 8) + b"meta" + inner
    return WELL_FORMED["avif"][:32] + inner


def _mpo() -> bytes:
    return saved(_noise(), "MPO", save_all=True, append_images=[_noise().rotate(90)])


def _zip_bomb() -> bytes:
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photo.jpg", bytes(2**24))
    return out.getvalue()


_OTHERS: Final[Mapping[str, Callable[[], bytes]]] = {
    "nothing": lambda: b"",
    "one byte": lambda: b"\xff",
    "words": lambda: b"I lost my umbrella. " * 1000,
    "a web page": lambda: b"<!doctype html><title>Not found</title>",
    "comments": lambda: b"<!---->" * 40 + b"x",
    "SVG": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><use href="#a" id="a"/></svg>',
    "a PDF": lambda: b"%PDF-1.7\n" + bytes(2000),
    "PostScript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n{} loop",
    "a zip": _zip_bomb,
    "random": lambda: np.random.default_rng(9).bytes(5000),
    "a bomb of a few bytes": lambda: poison.webp_bomb(8900),
    "a progressive JPEG of many scans": lambda: poison.many_scans(800, 2000),
    "a lying AVIF": lambda: poison.lying_avif(64, 16_000),
    "a lying PNG": lambda: poison.lying_png(64, 60_000),
    "a PNG that lies a little": lambda: poison.lying_png(64, 8000),
    "8,000 chunks": lambda: _png_with(b"tEXt", b"k\0v", 8000),
    "packed text": lambda: _png_with(b"zTXt", b"k\0\0" + zlib.compress(bytes(2**25))),
    "a packed profile": lambda: _png_with(b"iCCP", b"p\0\0" + zlib.compress(bytes(2**25))),
    "a profile of nonsense": lambda: saved(_noise(), icc_profile=bytes(128) + b"acsp" * 200),
    "animation that never ends": lambda: _png_with(b"acTL", struct.pack(">II", 2**31 - 1, 0)),
    "a palette that's missing": lambda: WELL_FORMED["png, palette"].replace(b"PLTE", b"PLTX"),
    "no pixels packed": lambda: flat((1, 2, 3))[:33] + _chunk(b"IDAT", b"") + _chunk(b"IEND", b""),
    "a JPEG without height": lambda: _jpeg_of_height(0),
    "a JPEG of 65,535 rows": lambda: _jpeg_of_height(65_535),
    "a JPEG without tables": lambda: WELL_FORMED["jpeg"].replace(b"\xff\xc4", b"\xff\xfe"),
    "Exif that names itself": _looping_exif,
    "Exif of nonsense": lambda: _jpeg_with(0xE1, b"Exif\0\0MM\0*" + b"\xff" * 60_000),
    "a long comment": lambda: _jpeg_with(0xFE, b"x" * 65_000),
    "several pictures": _mpo,
    "a TIFF that goes round": _looping_tiff,
    "a TIFF of many pages": lambda: _frames("TIFF", 60),
    "a GIF without size": lambda: _patched("gif", 6, bytes(4)),
    "a GIF of 65,535 a side": lambda: _patched("gif", 6, b"\xff" * 4),
    "a GIF of 300 frames": lambda: _frames("GIF", 300),
    "a BMP upside down": lambda: _patched("bmp", 22, struct.pack("<i", -48)),
    "a BMP of the largest height": lambda: _patched("bmp", 22, struct.pack("<i", 2**31 - 1)),
    "a BMP of an unknown packing": lambda: _patched("bmp", 30, struct.pack("<I", 99)),
    "boxes in boxes": lambda: _nested_boxes(2000),
    "a box that's longer than all": lambda: _patched("avif", 0, b"\xff\xff\xff\xff"),
    "a large calm photo": lambda: flat((90, 120, 60), (6000, 4000)),
}


def made() -> dict[str, bytes]:
    """Return every made picture by the name of its class."""
    damaged = {f"{name}, {how}": damage(WELL_FORMED[name]) for name in _DAMAGED for how, damage in _DAMAGE.items()}
    others = {name: make() for name, make in _OTHERS.items()}
    return {**poison.AT_THE_EDGE, **WELL_FORMED, **damaged, **others}
