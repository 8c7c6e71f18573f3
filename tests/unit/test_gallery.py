from io import BytesIO
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from PIL import Image

from bot.gallery import TILE, compose
from reunite.entities import Label
from reunite.messages.reply import Tile
from reunite.rules import MAX_TILES


def jpeg(colour: str, size: tuple[int, int] = (512, 512)) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG")
    return buffer.getvalue()


def composed(*photos: bytes | None, first: int = 1, label: Label | None = None) -> bytes:
    tiles = [Tile(number, UUID(int=0), UUID(int=0), label) for number in range(first, first + len(photos))]
    return compose(tiles, photos) or b""


def opened(picture: bytes) -> Image.Image:
    return Image.open(BytesIO(picture))


@pytest.mark.parametrize(
    ("count", "columns", "rows"), [(1, 1, 1), (2, 2, 1), (3, 3, 1), (4, 2, 2), (5, 3, 2), (6, 3, 2)]
)
def test_up_to_six_photos_make_a_grid(count: int, columns: int, rows: int) -> None:
    picture = opened(composed(*[jpeg("red")] * count))
    assert picture.format == "JPEG"
    assert (picture.width - 12) / (TILE + 12) == columns
    assert (picture.height - 12) / (TILE + 12) == rows


def test_each_photo_is_in_its_own_tile_in_order() -> None:
    colours = ["red", "lime", "blue", "yellow"]
    picture = opened(composed(*map(jpeg, colours)))
    middles = [
        picture.getpixel((12 + TILE // 2 + x * (TILE + 12), 12 + TILE // 2 + y * (TILE + 12)))
        for y in (0, 1)
        for x in (0, 1)
    ]
    expected = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)]
    assert np.abs(np.array(middles) - np.array(expected)).max() < 12


@pytest.mark.parametrize("size", [(512, 64), (64, 512), (1, 512), (512, 1), (1, 1), (3, 5)])
def test_a_photo_of_any_shape_is_shown_whole(size: tuple[int, int]) -> None:
    shown = opened(composed(jpeg("red", size)))
    assert shown.size == (TILE + 24, TILE + 24)


@pytest.mark.parametrize("size", [(1, 512), (512, 1)])
def test_a_narrow_photo_takes_no_more_than_its_tile(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Scaled up until its short side covered the tile, such a photo was 245,760 pixels long."""
    scaled, resize = list[tuple[int, int]](), Image.Image.resize

    def record(photo: Image.Image, length: tuple[int, int], *args: Any, **options: Any) -> Image.Image:
        scaled.append(length)
        return resize(photo, length, *args, **options)

    monkeypatch.setattr(Image.Image, "resize", record)
    composed(jpeg("red", size))
    assert scaled
    assert max(max(length) for length in scaled) <= TILE


def test_the_label_shows_in_the_colour_of_the_number() -> None:
    by_label = {label: composed(jpeg("white"), label=label) for label in (*Label, None)}
    assert len(set(by_label.values())) == len(by_label)


def test_a_report_without_a_photo_leaves_no_empty_frame_and_the_others_keep_their_numbers() -> None:
    spread, close = composed(None, jpeg("red"), None, jpeg("blue")), composed(jpeg("red"), jpeg("blue"))
    assert opened(spread).size == opened(close).size
    assert composed(None, jpeg("red")) == composed(jpeg("red"), first=2)
    assert not composed(None, None)


def test_the_picture_is_small_enough_for_either_platform() -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (512, 512, 3), np.uint8))
    buffer = BytesIO()
    noise.save(buffer, "JPEG", quality=90)
    assert len(composed(*[buffer.getvalue()] * MAX_TILES)) < 2**21


@pytest.mark.parametrize("count", [0, MAX_TILES + 1])
def test_a_gallery_has_one_to_six_pictures(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 6"):
        composed(*[jpeg("red")] * count)
