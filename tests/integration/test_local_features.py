"""The networks that compare photos in detail, on drawn photos."""

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
import pytest
from PIL import Image, ImageDraw

from reunite.encoder import Pixels

if TYPE_CHECKING:  # PyTorch is imported by the fixture alone
    from workers.local_features import LocalFeatures

pytestmark = pytest.mark.encoder

SIZE = 360


@pytest.fixture(scope="module")
def details() -> "LocalFeatures":
    from workers.local_features import LocalFeatures

    return LocalFeatures()


def thing(seed: int) -> Image.Image:
    """A bag with a print of its own, in front of a plain ground."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    image = Image.new("RGB", (SIZE, SIZE), (226, 222, 214))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((60, 60, 300, 310), 30, fill=(60, 70, 110))
    for _ in range(90):
        x, y, size = rng.randrange(75, 265), rng.randrange(75, 275), rng.randrange(5, 26)
        colour = tuple(rng.randrange(256) for _ in range(3))
        shape = rng.choice((draw.rectangle, draw.ellipse))
        shape((x, y, x + size, y + size * rng.uniform(0.4, 1.4)), fill=colour)
    return image


def taken_again(image: Image.Image) -> Image.Image:
    """Another photo of it: turned, from farther away, and darker."""
    turned = image.rotate(14, Image.Resampling.BICUBIC, fillcolor=(226, 222, 214)).resize((300, 300))
    darker = Image.new("RGB", (SIZE, SIZE), (190, 186, 180))
    darker.paste(Image.blend(turned, Image.new("RGB", turned.size), 0.15), (30, 24))
    return darker


def compared(details: "LocalFeatures", first: Image.Image, others: Sequence[Image.Image]) -> list[float]:
    photos: dict[UUID, Pixels] = {UUID(int=number): np.array(image) for number, image in enumerate((first, *others))}
    return details.compare(photos, [(UUID(int=0), UUID(int=number)) for number in range(1, len(others) + 1)])


def test_two_photos_of_one_thing_share_details_and_those_of_lookalikes_do_not(details: "LocalFeatures") -> None:
    [again, *lookalikes] = compared(details, thing(1), [taken_again(thing(1)), *map(thing, range(2, 6))])
    assert again > 20
    assert max(lookalikes) < again / 3


def test_the_order_of_the_two_photos_hardly_matters(details: "LocalFeatures") -> None:
    [one] = compared(details, thing(1), [taken_again(thing(1))])
    [other] = compared(details, taken_again(thing(1)), [thing(1)])
    assert one == pytest.approx(other, rel=0.25)


@pytest.mark.parametrize("size", [(1, 1), (512, 1), (1, 512), (30, 512), (512, 512)])
@pytest.mark.parametrize("colour", ["black", "white"])
def test_photos_without_any_detail_share_none(details: "LocalFeatures", size: tuple[int, int], colour: str) -> None:
    blank = Image.new("RGB", size, colour)
    assert compared(details, thing(1), [blank]) == [0.0]
    assert compared(details, blank, [blank]) == [0.0]


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from workers import local_features

    monkeypatch.setattr(local_features, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(ValueError, match="Reinstall"):
        local_features.LocalFeatures()
