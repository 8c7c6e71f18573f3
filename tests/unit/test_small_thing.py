"""A small thing on one ground is seen from nearer; every other photo is seen whole."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from reunite.encoder import Box, Framing
from reunite.matching import colours
from tests.support.photo_files import saved
from workers.framing import framed
from workers.photos import decode, make_stored_copy
from workers.small_thing import around_small_thing, part

TURQUOISE, ORANGE = (31, 181, 173), (242, 128, 32)
SIZE = 400, 300


def ground(lightness: int = 120, noise: float = 12) -> Image.Image:
    """Return gravel: grey, with structure."""
    spots = np.random.default_rng(5).normal(lightness, noise, (150, 200, 1)).clip(0, 255)
    return Image.fromarray(spots.repeat(3, axis=2).astype(np.uint8)).resize(SIZE)


def with_things(*things: tuple[tuple[int, int, int], Box], on: Image.Image | None = None) -> Image.Image:
    photo = on or ground()
    for colour, box in things:
        ImageDraw.Draw(photo).ellipse(box, fill=colour)
    return photo


OFF_CENTRE = (240.0, 60.0, 340.0, 140.0)


def test_a_small_thing_is_found_wherever_it_lies() -> None:
    thing = around_small_thing(with_things((TURQUOISE, OFF_CENTRE)))
    assert thing is not None
    left, top, right, bottom = (share * side for share, side in zip(thing, SIZE * 2, strict=True))
    assert (left < 240, top < 60, right > 340, bottom > 140) == (True, True, True, True)
    assert right - left == pytest.approx(bottom - top)
    assert 100 < right - left < 170


@pytest.mark.parametrize(
    "photo",
    [
        pytest.param(ground(), id="only ground"),
        pytest.param(with_things((TURQUOISE, (60, 20, 340, 280))), id="a thing that fills the photo"),
        pytest.param(with_things((TURQUOISE, OFF_CENTRE), (ORANGE, (60, 170, 160, 250))), id="two things"),
        pytest.param(with_things((TURQUOISE, (-40, 60, 80, 160))), id="a thing that is cut off"),
        pytest.param(
            with_things((TURQUOISE, (40, 30, 360, 270)), (ORANGE, (180, 130, 230, 180))), id="a print on a shirt"
        ),
        pytest.param(with_things((TURQUOISE, (30, 30, 60, 60))).crop((0, 0, 90, 90)), id="a tiny picture"),
    ],
)
def test_every_other_photo_is_seen_whole(photo: Image.Image) -> None:
    assert around_small_thing(photo) is None
    pixels = np.asarray(photo)
    assert part(pixels, None) is pixels


def test_views_and_colours_are_those_of_the_thing() -> None:
    posted = saved(with_things((TURQUOISE, OFF_CENTRE)), "PNG")
    near, far = (
        make_stored_copy(posted, framing=Framing(60, 60, shares=(0.9, 0.6), goes_near=goes_near))
        for goes_near in (True, False)
    )
    assert colours.dominant(colours.of_photo(part(near.pixels, near.thing))) == "turquoise"
    assert near.views.mean(axis=(0, 1, 2))[0] < far.views.mean(axis=(0, 1, 2))[0] - 30  # less grey, more turquoise
    assert near.jpeg == far.jpeg  # people see all of it


def test_what_is_seen_of_the_stored_copy_is_what_was_seen_of_the_photo() -> None:
    framing = Framing(60, 60, shares=(0.9, 0.6), goes_near=True)
    photo = with_things((TURQUOISE, OFF_CENTRE)).resize((1600, 1200))
    copy = make_stored_copy(saved(photo, "JPEG", quality=95), framing=framing)
    assert np.abs(copy.views.astype(int) - framed(decode(copy.jpeg), framing)).mean() < 4
