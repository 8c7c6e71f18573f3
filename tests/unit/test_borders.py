import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.support.photo_files import quarters, saved
from workers.borders import without_bars
from workers.photos import make_stored_copy

PHOTO = (300, 240)


def photo(width: int = PHOTO[0], height: int = PHOTO[1]) -> Image.Image:
    """Make a picture in which no two pixels are quite alike."""
    noise = np.random.default_rng(0).integers(-40, 40, (height, width, 3))
    return Image.fromarray((np.asarray(quarters(width, height)).astype(int) + noise).clip(0, 255).astype(np.uint8))


def on_screen(colour: str) -> Image.Image:
    """Make a screenshot: a photo, a clock at the top, and a button and a line at the bottom."""
    screen = Image.new("RGB", (PHOTO[0], 640), colour)
    screen.paste(photo(), (0, 200))
    draw = ImageDraw.Draw(screen)
    draw.text((15, 10), "09:41", fill="grey", font_size=16)
    draw.ellipse((40, 560, 60, 580), outline="grey", width=2)
    draw.rounded_rectangle((100, 628, 200, 632), 2, fill="grey")
    return screen


def about(size: tuple[int, int], expected: tuple[int, int]) -> bool:
    return all(abs(one - other) <= 8 for one, other in zip(size, expected, strict=True))


@pytest.mark.parametrize("colour", ["black", "white", "#121214"])
def test_a_screenshot_becomes_its_photo(colour: str) -> None:
    copy = make_stored_copy(saved(on_screen(colour), "JPEG"))
    assert about((copy.width, copy.height), PHOTO)


@pytest.mark.parametrize("size", [(420, 240), (300, 340), (420, 340)])
def test_a_padded_photo_loses_its_padding(size: tuple[int, int]) -> None:
    padded = Image.new("RGB", size, "white")
    padded.paste(photo(), ((size[0] - PHOTO[0]) // 2, (size[1] - PHOTO[1]) // 2))
    assert about(without_bars(padded).size, PHOTO)


def test_a_photo_without_bars_stays() -> None:
    assert without_bars(photo()).size == PHOTO


def test_a_thing_on_plain_ground_keeps_its_ground() -> None:
    ground = Image.new("RGB", (400, 400), "white")
    ImageDraw.Draw(ground).ellipse((40, 40, 360, 360), fill="red")
    ImageDraw.Draw(ground).polygon([(0, 399), (200, 300), (399, 399)], fill="blue")
    assert without_bars(ground).size == (400, 400)


def test_an_empty_picture_stays() -> None:
    assert without_bars(Image.new("RGB", (200, 300), "black")).size == (200, 300)


def test_a_plain_wall_is_part_of_the_photo() -> None:
    """A camera never sees exactly one colour."""
    rng = np.random.default_rng(1)
    scene = np.asarray(photo()).copy()
    scene[:90] = rng.normal(200, 8, (90, PHOTO[0], 3)).clip(0, 255)
    assert without_bars(Image.fromarray(scene)).size == PHOTO
