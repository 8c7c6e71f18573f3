"""Pictures that are hard to open, and pictures whose numbers are at an edge."""

import io
from collections.abc import Iterable

import numpy as np
from PIL import Image


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def flat(colour: tuple[int, int, int], size: tuple[int, int] = (64, 64)) -> bytes:
    return saved(Image.new("RGB", size, colour))


def _noise(below: int) -> bytes:
    return saved(Image.fromarray(np.random.default_rng(0).integers(0, below, (200, 200, 3), np.uint8)))


def _floats() -> bytes:
    values = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)
    values[::2, ::2], values[1, 1], values[1, 2] = np.nan, np.inf, -np.inf
    return saved(Image.fromarray(values), "TIFF")


AT_THE_EDGE = {
    "black": flat((0, 0, 0)),
    "white": flat((255, 255, 255)),
    "red": flat((255, 0, 0)),
    "green": flat((0, 255, 0)),
    "blue": flat((0, 0, 255)),
    "yellow": flat((255, 255, 0)),
    "magenta": flat((255, 0, 255)),
    "cyan": flat((0, 255, 255)),
    "navy": flat((0, 0, 128)),
    "dark noise": _noise(6),
    "noise": _noise(256),
    "one pixel": flat((12, 34, 56), (1, 1)),
    "one row": flat((0, 0, 255), (60_000, 1)),
    "one column": flat((0, 0, 0), (1, 60_000)),
    "no numbers": _floats(),
    "nothing but no numbers": saved(Image.fromarray(np.full((8, 8), np.nan, np.float32)), "TIFF"),
    "sixteen bits": saved(Image.fromarray(np.full((64, 64), 65535, np.uint16))),
    "invisible": saved(Image.new("RGBA", (64, 64), (255, 0, 0, 0))),
}


def webp_bomb(side: int) -> bytes:
    """Some thirty bytes of lossless WebP for a square of any side: each pixel takes no bit at all."""
    no_transform = [(0, 1), (0, 1), (0, 1)]
    one_symbol = [(1, 1), (0, 1), (0, 1), (0, 1)]
    body = b"\x2f" + _bits([(side - 1, 14), (side - 1, 14), (0, 1), (0, 3), *no_transform, *one_symbol * 5])
    body += b"\0" * (len(body) % 2)
    return b"RIFF" + (12 + len(body)).to_bytes(4, "little") + b"WEBPVP8L" + len(body).to_bytes(4, "little") + body


def _bits(fields: Iterable[tuple[int, int]]) -> bytes:
    value = length = 0
    for number, bits in fields:
        value |= number << length
        length += bits
    return value.to_bytes((length + 7) // 8, "little")


def many_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again: each costs a look at every block."""
    jpeg = saved(Image.new("L", (side, side), 128), "JPEG", progressive=True)
    last = jpeg.rindex(b"\xff\xda")
    tables = jpeg.rfind(b"\xff\xc4", 0, last)
    start = tables if jpeg[tables + 2 : tables + 4] and tables > 0 else last
    scan = jpeg[start:-2]
    return jpeg[:-2] + scan * (scans - 1) + jpeg[-2:]


def lying_avif(side: int, says: int) -> bytes:
    """An AVIF of one size whose header tells of another."""
    avif = bytearray(saved(Image.new("RGB", (side, side), (200, 30, 40)), "AVIF", speed=10))
    at = avif.index(b"ispe") + 8
    avif[at : at + 8] = says.to_bytes(4) * 2
    return bytes(avif)


def lying_png(side: int, says: int) -> bytes:
    """A PNG of one size whose header tells of another, its checksum right."""
    import struct
    import zlib

    png = flat((200, 30, 40), (side, side))
    header = b"IHDR" + struct.pack(">IIBBBBB", says, says, 8, 2, 0, 0, 0)
    return png[:12] + header + struct.pack(">I", zlib.crc32(header)) + png[33:]
