import numpy as np
import pytest
from PIL import Image

from reunite.encoder import Framing
from tests.support.photo_files import corners, quarters, saved
from workers.lighting import brightening
from workers.photos import make_stored_copy


def exposed(photo: Image.Image, light: float) -> Image.Image:
    """Return a photo with this share of its light."""
    linear = (np.asarray(photo) / 255) ** 2.2 * light
    return Image.fromarray((linear ** (1 / 2.2) * 255).round().astype(np.uint8))


def lit(by_day: tuple[int, int, int], light: float = 0.05) -> Image.Image:
    """Make a dark photo of a thing next to something white."""
    scene = Image.new("RGB", (320, 240), by_day)
    scene.paste((255, 255, 255), (0, 0, 100, 240))
    return exposed(scene, light)


def test_a_photo_taken_in_the_dark_is_brightened() -> None:
    white, thing, *_ = corners(make_stored_copy(saved(lit((60, 60, 60), 0.1), "PNG")).jpeg)
    assert min(white) > 200
    assert max(thing) < 70


def test_an_encoder_sees_it_as_bright_as_its_copy() -> None:
    copy = make_stored_copy(saved(lit((60, 60, 60)), "PNG"), framing=Framing(64, 64))
    assert copy.views.max() > 150
    assert abs(float(copy.views.mean()) - float(copy.pixels.mean())) < 5


def test_photos_by_day_and_deep_colours_stay_as_they_are() -> None:
    assert brightening(quarters()) is None
    assert brightening(Image.new("RGB", (50, 50), (0, 0, 130))) is None


@pytest.mark.parametrize("colour", [(6, 6, 8), (30, 30, 30), (22, 24, 45), (55, 32, 20), (18, 34, 20)])
def test_a_dark_thing_that_fills_a_photo_stays_dark(colour: tuple[int, int, int]) -> None:
    """A jacket, a wallet, or a phone's pocket: noise isn't contrast."""
    noisy = np.random.default_rng(0).normal(colour, 5, (600, 600, 3)).clip(0, 255).astype(np.uint8)
    assert brightening(Image.fromarray(noisy)) is None


def test_a_dark_photo_gets_eight_times_the_light_at_most() -> None:
    levels = brightening(lit((20, 20, 20), 0.01))
    assert levels is not None
    assert levels[31] == 93, "31 is 1.4% of white's light, and 93 is 11%"


@pytest.mark.parametrize(("by_day", "shows_colours"), [((90, 20, 20), False), ((20, 20, 20), True)])
def test_colours_that_only_brightening_shows_are_unknown(by_day: tuple[int, int, int], *, shows_colours: bool) -> None:
    """It may be a black thing by day or a red one by night."""
    assert make_stored_copy(saved(lit(by_day), "PNG")).shows_colours is shows_colours
