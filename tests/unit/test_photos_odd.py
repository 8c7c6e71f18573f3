"""Photos that are not as the standards want them, but that every browser shows."""

import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from reunite.errors import TellUserError
from tests.support.photo_files import FOUR, assert_close, corners, exif, quarters, saved
from workers.photos import decode, make_stored_copy

pytestmark = pytest.mark.untraced


def with_segment(kind: int, body: bytes) -> bytes:
    """A JPEG with one more segment at its beginning."""
    jpeg = saved(quarters(), "JPEG", quality=95)
    return jpeg[:2] + bytes([0xFF, kind]) + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def chunk(name: bytes, body: bytes, checksum: int | None = None) -> bytes:
    right = zlib.crc32(name + body)
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", right if checksum is None else checksum)


def with_chunk(name: bytes, body: bytes, checksum: int | None = None) -> bytes:
    """A PNG with one more chunk after its header."""
    png = saved(quarters(), "PNG")
    return png[:33] + chunk(name, body, checksum) + png[33:]


def with_wrong_checksum_of(name: bytes) -> bytes:
    png = bytearray(saved(quarters(), "PNG"))
    at = png.index(name)
    end = at + 4 + int.from_bytes(png[at - 4 : at])
    png[end : end + 4] = bytes(4)
    return bytes(png)


TWO_MB = bytes(2 * 1024 * 1024)
SHOWN: dict[str, Callable[[], bytes]] = {
    "jpeg without its end": lambda: saved(quarters(), "JPEG", quality=95)[:-2],
    "jpeg with more after its end": lambda: saved(quarters(), "JPEG", quality=95) + b"\xff\xe0 and so on",
    "jpeg, fill bytes": lambda: (jpeg := saved(quarters(), "JPEG", quality=95))[:2] + b"\xff" * 9 + jpeg[2:],
    "jpeg, fill bytes before its end": lambda: saved(quarters(), "JPEG", quality=95)[:-2] + b"\xff" * 9 + b"\xff\xd9",
    "jpeg, short JFIF": lambda: with_segment(0xE0, b"JFIF\0"),
    "jpeg, shorter JFIF": lambda: with_segment(0xE0, b"JFIF"),
    "jpeg, empty APP0": lambda: with_segment(0xE0, b""),
    "jpeg, short Adobe": lambda: with_segment(0xEE, b"Adobe"),
    "jpeg, Adobe without its transform": lambda: with_segment(0xEE, b"Adobe\0\x64\0\0\0\0"),
    "jpeg, broken list of pictures": lambda: with_segment(0xE2, b"MPF\0II*\0\xff\xff\xff\xff"),
    "jpeg, broken resources": lambda: with_segment(0xED, b"Photoshop 3.0\0" + b"8BIM\x03\xed\0\0\0\0\xff\xff"),
    "jpeg, progressive, without its end": lambda: saved(quarters(), "JPEG", quality=95, progressive=True)[:-2],
    "png, 2 MB of text": lambda: with_chunk(b"tEXt", b"Comment\0" + TWO_MB),
    "png, 2 MB of packed text": lambda: with_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(TWO_MB)),
    "png, 2 MB of XMP": lambda: with_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + TWO_MB),
    "png, 2 MB of profile": lambda: with_chunk(b"iCCP", b"Profile\0\0" + zlib.compress(TWO_MB)),
    "png, 20 MB of profile": lambda: with_chunk(b"iCCP", b"Profile\0\0" + zlib.compress(10 * TWO_MB)),
    "png, damaged profile": lambda: with_chunk(b"iCCP", b"Profile\0\0no zlib"),
    "png, wrong checksum of a text": lambda: with_chunk(b"tEXt", b"Comment\0hello", checksum=1),
    "png, wrong checksum of a unit": lambda: with_chunk(b"pHYs", bytes(9), checksum=1),
    "png, wrong checksum of the pixels": lambda: with_wrong_checksum_of(b"IDAT"),
    "png, wrong checksum of the end": lambda: with_wrong_checksum_of(b"IEND"),
    "png, end cut in the middle": lambda: saved(quarters(), "PNG")[:-7],
    "png without its end": lambda: saved(quarters(), "PNG")[:-12],
    "png, an animation without frames": lambda: with_chunk(b"acTL", bytes(8)),
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_every_browser_shows_is_taken(name: str) -> None:
    copy = make_stored_copy(SHOWN[name]())
    assert (copy.width, copy.height) == (320, 240)
    assert_close(corners(copy.jpeg), FOUR)
    assert not copy.is_partial


def test_a_png_whose_header_is_damaged_is_refused() -> None:
    with pytest.raises(TellUserError, match="photo_unreadable"):
        make_stored_copy(with_wrong_checksum_of(b"IHDR"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_orientation_outlives_mending(kind: str) -> None:
    photo = saved(quarters().rotate(90, expand=True), kind, exif=exif(6).tobytes())
    cut = photo[:-2] if kind == "JPEG" else photo[:-12]
    assert_close(corners(make_stored_copy(cut).jpeg), FOUR)


# Photos of which a part is missing


def rough(width: int = 640, height: int = 480) -> Image.Image:
    """The quarters with noise: each row takes about as many bytes."""
    noise = np.random.default_rng(0).integers(-20, 21, (height, width, 3))
    return Image.fromarray((np.asarray(quarters(width, height)).astype(int) + noise).clip(0, 255).astype(np.uint8))


def interlaced(image: Image.Image) -> bytes:
    """A PNG in the seven passes of Adam7."""
    pixels = np.asarray(image)
    passes = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
    rows = (row for top, left, down, right in passes for row in pixels[top::down, left::right])
    header = struct.pack(">IIBBBBB", image.width, image.height, 8, 2, 0, 0, 1)
    packed = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


CUT: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: saved(rough(), "JPEG"),
    "jpeg in grey": lambda: saved(rough().convert("L"), "JPEG"),
    "jpeg in CMYK": lambda: saved(rough().convert("CMYK"), "JPEG"),
    "big jpeg": lambda: saved(rough(3000, 2000), "JPEG"),
    "jpeg with restarts": lambda: saved(rough(), "JPEG", restart_marker_blocks=4),
    "png": lambda: saved(rough(), "PNG"),
    "png with alpha": lambda: saved(rough().convert("RGBA"), "PNG"),
    "png in grey": lambda: saved(rough().convert("L"), "PNG"),
    "palette png": lambda: saved(rough().quantize(64), "PNG"),
    "interlaced png": lambda: interlaced(rough()),
    "bmp": lambda: saved(rough(), "BMP"),
}


@pytest.mark.parametrize("share", [0.99, 0.95])
@pytest.mark.parametrize("name", CUT)
def test_a_photo_that_is_almost_whole_is_taken_without_the_rest(name: str, share: float) -> None:
    whole = CUT[name]()
    copy = make_stored_copy(whole[: int(len(whole) * share)])
    assert copy.is_partial
    complete = make_stored_copy(whole)
    assert not complete.is_partial
    assert copy.width == complete.width
    assert 0.85 * complete.height <= copy.height <= complete.height
    assert_close(corners(copy.jpeg), corners(complete.jpeg), within=32)
    edges = decode(copy.jpeg)[[0, -1]][:, 8::128].astype(int).reshape(-1, 3)
    assert np.ptp(edges, axis=1).max() > 100 or "grey" in name  # colours, not the grey or black of what is missing


@pytest.mark.parametrize("name", CUT)
def test_a_photo_that_lacks_a_fifth_is_refused(name: str) -> None:
    whole = CUT[name]()
    with pytest.raises(TellUserError, match="photo_unreadable"):
        make_stored_copy(whole[: len(whole) * 4 // 5])


def test_damage_near_the_end_of_a_png_is_no_more_than_a_missing_part() -> None:
    packer = zlib.compressobj()
    rows = [b"\0" + row.tobytes() for row in np.asarray(rough())]
    packed = packer.compress(b"".join(rows[:460])) + packer.flush(zlib.Z_FULL_FLUSH) + b"\xff" * 5000
    png = saved(rough(), "PNG")
    copy = make_stored_copy(png[:33] + chunk(b"IDAT", packed) + chunk(b"IEND", b""))
    assert copy.is_partial
    assert abs(copy.height - 384 * 460 // 480) <= 1


def test_a_small_jpeg_whose_last_block_is_missing_is_taken() -> None:
    jpeg = saved(rough(320, 48), "JPEG")
    copy = make_stored_copy(jpeg[: len(jpeg) - 60])
    assert copy.is_partial
    assert copy.height == 48


def test_a_progressive_jpeg_that_has_all_rows_is_taken() -> None:
    jpeg = saved(rough(), "JPEG", progressive=True)
    copy = make_stored_copy(jpeg[: len(jpeg) * 9 // 10])
    assert (copy.width, copy.height) == (512, 384)
    assert not copy.is_partial


def test_a_cut_photo_comes_out_upright() -> None:
    jpeg = saved(rough().rotate(90, expand=True), "JPEG", exif=exif(6).tobytes())
    copy = make_stored_copy(jpeg[: len(jpeg) * 19 // 20])
    assert copy.width > copy.height
    assert_close(corners(copy.jpeg), FOUR, within=40)


# Photos of more pixels than are decoded


def test_a_jpeg_of_too_many_pixels_is_decoded_at_a_fraction() -> None:
    tall = Image.new("L", (100, 60_000), 200)
    assert make_stored_copy(saved(tall, "JPEG")).height == 512
    huge = saved(quarters(11_000, 8_000), "JPEG", quality=80)
    copy = make_stored_copy(huge)
    assert (copy.width, copy.height) == (512, 372)
    assert_close(corners(copy.jpeg), FOUR)


@pytest.mark.parametrize(("marker", "megapixels"), [(b"\xff\xc0", 400), (b"\xff\xc2", 120)])
def test_of_jpegs_too_there_is_a_largest(marker: bytes, megapixels: int) -> None:
    jpeg = bytearray(saved(quarters(16, 16), "JPEG", progressive=marker == b"\xff\xc2"))
    frame = jpeg.index(marker)
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", 20_001, 20_001)
    with pytest.raises(TellUserError, match="photo_too_many_pixels") as raised:
        make_stored_copy(bytes(jpeg))
    assert raised.value.params == {"number": megapixels}
