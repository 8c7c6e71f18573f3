"""Photos come out upright, in the colours of their profile, and without what their files tell."""

from io import BytesIO

import pytest
from PIL import Image, ImageCms

from tests.support.photo_files import FOUR, assert_close, corners, exif, quarters, saved
from tests.support.tables import for_each
from workers.photos import make_stored_copy

pytestmark = pytest.mark.untraced


def segments(jpeg: bytes) -> list[int]:
    """The markers of a JPEG before its pixels."""
    markers, at = [], 2
    while jpeg[at + 1] != 0xDA:
        markers.append(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])
    return markers


@for_each("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
@for_each("orientation", range(1, 9))
def test_each_orientation_comes_out_upright(kind: str, orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored_by_camera = quarters().transpose(undo[orientation]) if orientation in undo else quarters()
    copy = make_stored_copy(saved(stored_by_camera, kind, exif=exif(orientation).tobytes()))
    assert (copy.width, copy.height) == (320, 240)
    assert_close(corners(copy.jpeg), FOUR)


def test_an_iphone_photo_on_its_side_comes_out_upright() -> None:
    copy = make_stored_copy(saved(quarters().rotate(90, expand=True), "HEIF", quality=90, exif=exif(6).tobytes()))
    assert (copy.width, copy.height) == (320, 240)
    assert_close(corners(copy.jpeg), FOUR)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_metadata_loses_no_photo() -> None:
    assert_close(corners(make_stored_copy(saved(quarters(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\xff")).jpeg), FOUR)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF"])
def test_place_name_profile_and_comment_are_gone(kind: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: dict[str, object] = {"exif": exif().tobytes(), "icc_profile": profile}
    if kind in {"JPEG", "WEBP"}:
        options["xmp"] = b"<x:xmpmeta>Somebody Private</x:xmpmeta>"
    if kind == "JPEG":
        options["comment"] = b"Somebody Private"
    posted = saved(quarters(), kind, **options)
    assert b"Somebody Private" in posted
    jpeg = make_stored_copy(posted).jpeg
    assert b"Private" not in jpeg
    assert set(segments(jpeg)) <= {0xE0, 0xDB, 0xC0, 0xC4}  # JFIF, tables and the frame: no APP1, APP2 or comment
    with Image.open(BytesIO(jpeg)) as image:
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_colours_are_converted_from_the_profile_of_the_photo() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    red_is_blue = srgb.replace(b"rXYZ", b"swap", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"swap", b"bXYZ", 1)
    copy = make_stored_copy(saved(quarters(), "PNG", icc_profile=red_is_blue))
    assert_close(corners(copy.jpeg), [colour[::-1] for colour in FOUR])


def test_a_damaged_profile_loses_no_photo() -> None:
    assert_close(corners(make_stored_copy(saved(quarters(), "PNG", icc_profile=b"no profile")).jpeg), FOUR)
