import numpy as np
from PIL import Image

from reunite.encoder import Framing
from reunite.matching import colours
from tests.support.photo_files import corners, quarters, saved
from workers.lighting import brightening
from workers.photos import make_stored_copy


def exposed(photo: Image.Image, light: float) -> Image.Image:
    """Return a photo with this share of its light."""
    linear = (np.asarray(photo) / 255) ** 2.2 * light
    return Image.fromarray((linear ** (1 / 2.2) * 255).round().astype(np.uint8))


def test_a_photo_taken_in_the_dark_gets_its_colours_back() -> None:
    by_day, dark = quarters(), exposed(quarters(), 0.05)
    seen = {name: make_stored_copy(saved(photo, "PNG")) for name, photo in (("day", by_day), ("dark", dark))}
    assert colours.similarity(*(colours.of_photo(copy.pixels) for copy in seen.values())) > 0.9
    assert max(corners(seen["dark"].jpeg)[0]) > 200


def test_an_encoder_sees_it_as_bright_as_its_copy() -> None:
    copy = make_stored_copy(saved(exposed(quarters(), 0.05), "PNG"), framing=Framing(64, 64))
    assert abs(float(copy.views.mean()) - float(copy.pixels.mean())) < 5


def test_photos_by_day_and_deep_colours_stay_as_they_are() -> None:
    assert brightening(quarters()) is None
    assert brightening(Image.new("RGB", (50, 50), (0, 0, 130))) is None


def test_what_is_black_stays_black() -> None:
    assert brightening(Image.new("RGB", (50, 50), (6, 6, 8))) is None
