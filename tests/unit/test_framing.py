"""What an encoder sees of a posted photo is what it would see of the whole photo, decoded in full."""

from io import BytesIO

import numpy as np
import pytest
from PIL import ExifTags, Image

from reunite.encoder import Framing, Pixels
from tests.support.photo_files import saved
from workers.framing import framed
from workers.photos import decode, make_stored_copy

pytestmark = pytest.mark.untraced

CLIP_LIKE = Framing(64, 64, short_edge=64)
TWO_VIEWS = Framing(60, 60, shares=(0.9, 0.6))
FRAMINGS = {"clip": CLIP_LIKE, "concept": TWO_VIEWS, "stretched": Framing(48, 64)}


def scene(width: int, height: int) -> Image.Image:
    spots = np.random.default_rng(3).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(spots).resize((width, height), Image.Resampling.BICUBIC)


def difference(some: Pixels, others: Pixels) -> float:
    return float(np.abs(some.astype(int) - others.astype(int)).mean())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("name", FRAMINGS)
def test_views_are_those_of_the_photo_decoded_in_full(name: str, kind: str) -> None:
    framing, data = FRAMINGS[name], saved(scene(1600, 1200), kind, quality=95)
    with Image.open(BytesIO(data)) as image:
        expected = framed(np.asarray(image.convert("RGB")), framing)
    copy = make_stored_copy(data, framing=framing)
    assert copy.views.shape == framing.shape(copy.width, copy.height) == expected.shape
    assert difference(copy.views, expected) < 1
    assert difference(framed(decode(copy.jpeg), framing), expected) < 2


@pytest.mark.parametrize("name", FRAMINGS)
def test_views_follow_the_cameras_rotation(name: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    turned = make_stored_copy(saved(scene(800, 600), "JPEG", quality=95, exif=exif), framing=FRAMINGS[name])
    upright = saved(scene(800, 600).transpose(Image.Transpose.ROTATE_270), "JPEG", quality=95)
    assert difference(turned.views, make_stored_copy(upright, framing=FRAMINGS[name]).views) < 1


def test_what_is_transparent_is_white() -> None:
    image = scene(400, 300).convert("RGBA")
    image.putalpha(0)
    assert make_stored_copy(saved(image, "PNG"), framing=CLIP_LIKE).views.min() == 255


def test_a_photo_without_a_white_of_its_own_has_that_of_its_copy() -> None:
    ramp = Image.fromarray(np.linspace(0, 5, 300 * 400, dtype=np.float32).reshape(300, 400))
    copy = make_stored_copy(saved(ramp, "TIFF"), framing=CLIP_LIKE)
    assert (copy.views == framed(copy.pixels, CLIP_LIKE)).all()


@pytest.mark.parametrize("size", [(3000, 40), (40, 3000), (1, 500), (500, 1)])
def test_a_narrow_photo_has_views(size: tuple[int, int]) -> None:
    for framing in FRAMINGS.values():
        assert make_stored_copy(saved(scene(*size), "JPEG"), framing=framing).views.any()


def test_of_a_narrow_photo_the_middle_is_seen() -> None:
    narrow = np.random.default_rng(0).integers(0, 256, (500, 2, 3), np.uint8)
    assert (framed(narrow, CLIP_LIKE) == framed(narrow[200:300], CLIP_LIKE)).all()


def test_the_middle_is_seen() -> None:
    wide = Image.new("RGB", (900, 300), "red")
    wide.paste("blue", (280, 0, 620, 300))
    [view] = make_stored_copy(saved(wide, "PNG"), framing=CLIP_LIKE).views
    assert (view == (0, 0, 255)).all()
    assert CLIP_LIKE.boxes(900, 300) == [(300, 0, 600, 300)]
    assert Framing(60, 60, shares=(0.5,)).boxes(200, 100) == [(50, 25, 150, 75)]
