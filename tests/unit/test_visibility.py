import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from reunite.encoder import Pixels
from reunite.entities import PhotoFlaw
from tests.support.photo_files import saved
from workers.photos import make_stored_copy
from workers.visibility import flaw_of

SIDE = 320


def scene() -> Image.Image:
    """Draw a mug with a pattern on a table."""
    image = Image.new("RGB", (SIDE, SIDE), (190, 170, 140))
    draw = ImageDraw.Draw(image)
    draw.ellipse((70, 60, 250, 280), fill=(40, 60, 130))
    for step in range(0, 120, 20):
        draw.rectangle((110 + step, 110, 118 + step, 240 - step), fill=(240, 240, 235))
    return image


def lit(light: float) -> Pixels:
    """Expose the scene with this share of its light, as a sensor with noise does."""
    linear = (np.asarray(scene()) / 255) ** 2.2 * light
    noisy = linear + np.random.default_rng(0).normal(0, 0.001, linear.shape)
    return np.asarray((noisy.clip(0, 1) ** (1 / 2.2) * 255).round(), np.uint8)


def sloping(darkest: int, lightest: int) -> Pixels:
    """Show a plain wall that is lit from one side."""
    shades = np.linspace(darkest, lightest, SIDE).astype(np.uint8)
    return np.broadcast_to(shades[:, None], (SIDE, SIDE, 3)).copy()


def drawn(ground: str, *rectangles: tuple[tuple[int, int, int, int], str], softened: float = 0) -> Pixels:
    image = Image.new("RGB", (SIDE, SIDE), ground)
    for place, colour in rectangles:
        ImageDraw.Draw(image).rectangle(place, fill=colour)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(softened)))


def written(ground: str, ink: str) -> Pixels:
    image = Image.new("RGB", (SIDE, SIDE), ground)
    ImageDraw.Draw(image).text((20, 150), "Found keys at the library", fill=ink)
    return np.asarray(image)


def ball(edge: float) -> Pixels:
    """Show a plain ball whose edge goes over into its ground within some pixels."""
    down, right = np.mgrid[:SIDE, :SIDE] - SIDE // 2
    shades = 60 + 160 / (1 + np.exp((100 - np.hypot(down, right)) / edge))
    return np.broadcast_to(shades.astype(np.uint8)[:, :, None], (SIDE, SIDE, 3)).copy()


def behind_focus() -> Pixels:
    """Show a small thing that is in focus, and nothing else that is."""
    image, place = scene().filter(ImageFilter.GaussianBlur(6)), (110, 120, 122, 132)
    image.paste(scene().crop(place), place)
    return np.asarray(image)


STRIPES = drawn("white", *(((left, 0, left + 31, SIDE), "crimson") for left in range(0, SIDE, 64)))


CASES: dict[str, tuple[Pixels, PhotoFlaw | None]] = {
    "sharp": (np.asarray(scene()), None),
    "dim": (lit(0.05), None),
    "dark": (lit(0.003), "photo_dark"),
    "out of focus": (np.asarray(scene().filter(ImageFilter.GaussianBlur(6))), "photo_blurred"),
    "wall": (sloping(190, 240), None),
    "white": (np.full((SIDE, SIDE, 3), 240, np.uint8), None),
    "black on black, by day": (np.asarray(scene().point(lambda value: 40 + value // 20)), None),
    "icon": (np.zeros((32, 32, 3), np.uint8), None),
    "pen": (drawn("lightgrey", ((150, 0, 170, SIDE), "navy")), None),
    "stripes": (STRIPES, None),
    "stripes across": (STRIPES.transpose(1, 0, 2), None),
    "flag": (drawn("gold", ((0, 0, SIDE, 106), "black"), ((0, 107, SIDE, 212), "red")), None),
    "ball": (ball(1), None),
    "ball with a soft edge": (ball(4), None),
    "shadow": (drawn("white", ((0, 150, SIDE, SIDE), "grey"), softened=8), None),
    "word on white": (written("white", "black"), None),
    "word on black": (written("black", "white"), None),
    "earring on black": (drawn("#121214", ((150, 150, 170, 170), "white")), None),
    "small thing in focus": (behind_focus(), None),
}


@pytest.mark.parametrize(("photo", "flaw"), CASES.values(), ids=CASES)
def test_only_photos_that_show_next_to_nothing_have_a_flaw(photo: Pixels, flaw: PhotoFlaw | None) -> None:
    assert flaw_of(photo) == flaw


def test_a_photo_is_judged_before_it_is_brightened() -> None:
    night = np.full((SIDE, SIDE, 3), 8, np.uint8)
    night[:, SIDE // 2 :] = 29
    copy = make_stored_copy(saved(Image.fromarray(night), "PNG"))
    assert copy.pixels.max() > 80
    assert copy.flaw == "photo_dark"
