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


def moved(pixels: int) -> Pixels:
    """Move the camera across the scene while it's taken."""
    steps = [np.roll(np.asarray(scene(), np.float32), step, axis=1) for step in range(pixels)]
    return np.asarray(np.mean(steps, axis=0), np.uint8)


def sloping(darkest: int, lightest: int) -> Pixels:
    """Show a plain wall that is lit from one side."""
    shades = np.linspace(darkest, lightest, SIDE).astype(np.uint8)
    return np.broadcast_to(shades[:, None], (SIDE, SIDE, 3)).copy()


@pytest.mark.parametrize(
    ("photo", "flaw"),
    [
        (np.asarray(scene()), None),
        (lit(0.05), None),
        (lit(0.003), "photo_dark"),
        (np.asarray(scene().filter(ImageFilter.GaussianBlur(6))), "photo_blurred"),
        (moved(40), "photo_blurred"),
        (sloping(190, 240), None),
        (np.full((SIDE, SIDE, 3), 240, np.uint8), None),
        (np.asarray(scene().point(lambda value: 40 + value // 20)), None),  # something black on black, by day
        (np.zeros((32, 32, 3), np.uint8), None),
    ],
    ids=["sharp", "dim", "dark", "out of focus", "moved", "wall", "white", "black on black", "icon"],
)
def test_only_photos_that_show_next_to_nothing_have_a_flaw(photo: Pixels, flaw: PhotoFlaw | None) -> None:
    assert flaw_of(photo) == flaw


def test_a_photo_is_judged_before_it_is_brightened() -> None:
    night = np.full((SIDE, SIDE, 3), 8, np.uint8)
    night[:, SIDE // 2 :] = 29
    copy = make_stored_copy(saved(Image.fromarray(night), "PNG"))
    assert copy.pixels.max() > 80
    assert copy.flaw == "photo_dark"
