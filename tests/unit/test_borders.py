from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw

from reunite.matching import colours
from tests.support.photo_files import quarters, saved
from workers.borders import without_bars
from workers.photos import make_stored_copy

PHOTO = (300, 240)


def photo(width: int = PHOTO[0], height: int = PHOTO[1]) -> Image.Image:
    """Make a picture in which no two pixels are quite alike."""
    noise = np.random.default_rng(0).integers(-40, 40, (height, width, 3))
    return Image.fromarray((np.asarray(quarters(width, height)) * 0.8 + noise).clip(0, 255).astype(np.uint8))


def on_screen(colour: str) -> Image.Image:
    """Make a screenshot: a photo, a clock at the top, and a button and a line at the bottom."""
    screen = Image.new("RGB", (PHOTO[0], 640), colour)
    screen.paste(photo(), (0, 200))
    draw = ImageDraw.Draw(screen)
    draw.text((15, 10), "09:41", fill="grey", font_size=16)
    draw.ellipse((40, 560, 60, 580), outline="grey", width=2)
    draw.rounded_rectangle((100, 618, 200, 622), 2, fill="grey")
    return screen


def about(size: tuple[int, int], expected: tuple[int, int]) -> bool:
    return all(abs(one - other) <= 8 for one, other in zip(size, expected, strict=True))


@pytest.mark.parametrize("colour", ["black", "white", "#121214"])
def test_a_screenshot_becomes_its_photo(colour: str) -> None:
    copy = make_stored_copy(saved(on_screen(colour), "PNG"))
    assert about((copy.width, copy.height), PHOTO)


@pytest.mark.parametrize("size", [(420, 240), (300, 340), (360, 290), (500, 400)])
def test_a_padded_photo_loses_its_padding(size: tuple[int, int]) -> None:
    padded = Image.new("RGB", size, "white")
    padded.paste(photo(), ((size[0] - PHOTO[0]) // 2, (size[1] - PHOTO[1]) // 2))
    assert about(without_bars(padded).size, PHOTO)


def test_a_bar_may_end_in_lines_that_compression_has_mixed_with_the_photo() -> None:
    padded = Image.new("RGB", (200, 250), "black")
    padded.paste(photo(200, 150), (0, 50))
    for mixed in (50, 51, 52, 197, 198, 199):
        padded.paste("black", (0, mixed, 100, mixed + 1))
    assert without_bars(padded).height in range(140, 151)


def test_a_photo_without_bars_stays() -> None:
    assert without_bars(photo()).size == PHOTO


def test_a_thing_on_plain_ground_keeps_its_ground() -> None:
    ground = Image.new("RGB", (400, 400), "white")
    ImageDraw.Draw(ground).ellipse((40, 40, 360, 360), fill="red")
    ImageDraw.Draw(ground).polygon([(0, 399), (200, 300), (399, 399)], fill="blue")
    assert without_bars(ground).size == (400, 400)


def test_an_empty_picture_stays() -> None:
    assert without_bars(Image.new("RGB", (200, 300), "black")).size == (200, 300)


@pytest.mark.parametrize("deviation", [1, 1.5, 8])
def test_a_plain_wall_is_part_of_the_photo(deviation: float) -> None:
    """A camera never sees exactly one colour, but phones smooth a wall until little noise is left."""
    scene = np.asarray(photo()).copy()
    scene[:90] = np.random.default_rng(1).normal(200, deviation, (90, PHOTO[0], 3)).clip(0, 255)
    assert without_bars(Image.fromarray(scene)).size == PHOTO


@pytest.mark.parametrize("behind", [(255, 255, 255), (0, 0, 0)])
def test_a_bottle_on_a_carpet_before_a_wall_stays_whole(behind: tuple[int, int, int]) -> None:
    scene = Image.new("RGB", (900, 1200), behind)
    scene.paste(photo(900, 400), (0, 800))
    ImageDraw.Draw(scene).rounded_rectangle((350, 250, 560, 880), 30, fill=(20, 70, 190))
    copy = make_stored_copy(saved(scene, "JPEG"))
    assert (copy.width, copy.height) == (384, 512)
    assert colours.dominant(colours.of_photo(copy.pixels)) == "blue"


def umbrella(draw: ImageDraw.ImageDraw) -> None:
    draw.pieslice((20, 250, 880, 1110), 180, 360, fill="green")
    draw.line((450, 180, 450, 1330), fill="grey", width=20)


def handbag(draw: ImageDraw.ImageDraw) -> None:
    draw.rounded_rectangle((60, 500, 840, 1150), 40, fill="darkred")
    draw.arc((250, 80, 650, 900), 180, 360, fill="darkred", width=40)


def ukulele(draw: ImageDraw.ImageDraw) -> None:
    draw.rounded_rectangle((30, 650, 870, 1350), 200, fill="brown")
    draw.rectangle((400, 40, 500, 650), fill="black")


def pendant(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((10, 700, 890, 1100), fill="gold")
    draw.line((451, 100, 451, 700), fill="black", width=1)


def tin_and_its_lid(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((100, 500, 800, 1100), fill="navy")
    draw.ellipse((300, 60, 600, 160), fill="navy")


@pytest.mark.parametrize("draw", [umbrella, handbag, ukulele, pendant, tin_and_its_lid])
def test_a_thing_in_a_shop_picture_stays_whole(draw: Callable[[ImageDraw.ImageDraw], None]) -> None:
    picture = Image.new("RGB", (900, 1400), "white")
    draw(ImageDraw.Draw(picture))
    assert without_bars(picture).size == picture.size


def test_a_bar_on_one_side_stays() -> None:
    scene = Image.new("RGB", (300, 340), "black")
    scene.paste(photo())
    assert without_bars(scene).size == scene.size


@pytest.mark.parametrize("mode", ["RGBA", "P", "L", "LA"])
def test_a_screenshot_may_be_saved_in_any_mode(mode: str) -> None:
    copy = make_stored_copy(saved(on_screen("black").convert(mode), "PNG"))
    assert about((copy.width, copy.height), PHOTO)


def test_a_picture_with_see_through_parts_stays() -> None:
    screen = on_screen("black").convert("RGBA")
    screen.putpixel((150, 300), (0, 0, 0, 0))
    assert without_bars(screen).size == screen.size
