"""Print on a card is covered in the stored copy, its finder reads how to seal it, and no word of it is kept."""

from collections.abc import AsyncIterator
from functools import cache
from random import Random

import cv2
import numpy as np
import pytest

from reunite.entities import IncomingPhoto
from reunite.language import sentence
from tests.cards import papers, payment
from tests.cards.drawn import Draw, Sheet
from tests.cards.measure import cards
from tests.cards.scenes import SCENES, Photo, photographed
from tests.doubles import poison
from tests.doubles.made_poison import WELL_FORMED
from tests.doubles.poison import saved
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.waiting import PATIENCE, eventually
from tests.support.world import World, open_world
from workers import photos
from workers.decoder.pool import Decoders
from workers.decoder.print_reader import PrintReader

pytestmark = pytest.mark.untraced

ADVICE, FACE = sentence("not_yet_card_better_sealed"), sentence("not_yet_face_better_sealed")


@cache
def reader() -> PrintReader:
    return PrintReader()


def photo_of(draw: Draw, scene: str = "tilted") -> Photo:
    chance = Random(7)  # noqa: S311 - no secret
    return photographed(draw(chance, "en"), SCENES[scene], chance)


def print_in(jpeg: bytes) -> str:
    """Read a picture, without what is only taken for a letter."""
    pixels = photos.decode(jpeg)
    lines = reader().read(pixels, reader().boxes(pixels))
    return "\n".join(line.text for line in lines if line.certainty > 0.7 and len(line.text) > 2)


async def test_what_is_printed_on_a_card_can_no_longer_be_read() -> None:
    async with Decoders() as plain, Decoders(cover=("cards",)) as covering:
        for draw in (payment.upright, papers.library):
            photo = photo_of(draw)
            before, after = await plain.decode(photo.data), await covering.decode(photo.data)
            assert (before.has_card, after.has_card) == (False, True), draw
            assert any(map(str.isdigit, print_in(before.jpeg))), draw
            assert not any(map(str.isalnum, print_in(after.jpeg))), draw
            assert not cv2.barcode.BarcodeDetector().detect(photos.decode(after.jpeg))[0], draw
            assert (after.views[0] == photos.decode(after.jpeg)).mean() > 0.01  # both are of the covered picture
        thing = await covering.decode(drawing("red"))
        assert not thing.has_card
        assert thing.jpeg == (await plain.decode(drawing("red"))).jpeg


def full_of_print() -> bytes:
    sheet = Sheet(Random(1), (255, 255, 255), (0, 0, 0), (1500, 1500))  # noqa: S311 - no secret
    for row in range(24):
        sheet.write((10, 10 + 60 * row), "0123456789 " * 4, 52, "mono")
    return saved(sheet.image)


async def test_odd_pictures_and_many_lines_harm_no_decoder() -> None:
    strips = {f"{size}": poison.flat((200, 30, 40), size) for size in ((1, 512), (512, 1), (1, 1), (3, 60_000))}
    pictures = {**poison.AT_THE_EDGE, **WELL_FORMED, **strips, "print": full_of_print()}
    async with Decoders(cover=("faces", "cards")) as decoders:
        first = await decoders.decode(drawing("red"))
        family = {decoder.pid for decoder in decoders._idle}
        for name, data in pictures.items():
            assert (await decoders.decode(data)).views.size, name
        assert {decoder.pid for decoder in decoders._idle} == family
        assert (await decoders.decode(drawing("red"))).jpeg == first.jpeg


def test_of_many_lines_only_some_are_read() -> None:
    pixels = photos.make_stored_copy(full_of_print()).pixels
    boxes = reader().boxes(pixels)
    lines = reader().read(pixels, boxes)
    assert 3 < len(lines) < len(boxes)


@pytest.mark.slow
async def test_cards_of_all_kinds_are_found_in_every_scene() -> None:
    """Each kind once, of the set that docs/cover-faces-and-cards.md has the figures of."""
    async with Decoders(cover=("cards",)) as covering:
        found = [(await covering.decode(card.photo.data)).has_card for card in cards(lambda number: number % 13 == 0)]
    assert len(found) > 15
    assert np.mean(found) > 0.9


async def at_rest(world: World) -> None:
    """Wait longer than other tests do: a decoder reads for a second, many times that on a busy machine."""
    await eventually(world.is_idle, "the community never came to rest", within=4 * PATIENCE)


@pytest.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, redis_url) as community, working(database_url, redis_url, cover=("cards",)):
        yield community


async def test_a_bank_card_without_words_is_covered_and_its_finder_reads_how_to_seal_it(world: World) -> None:
    card = IncomingPhoto("photo.jpg", data=photo_of(payment.flat, "upside down").data)
    found = await world.found("f1", photos=(card,))
    await at_rest(world)
    await world.found("f2", "red")
    await world.lost("l1", photos=(card,))
    await at_rest(world)
    assert [ADVICE in "".join(world.platform.thread(root)) for root in ("f1", "f2", "l1")] == [True, False, False]
    assert FACE not in "".join(world.platform.thread("f1"))
    shown = [outgoing.picture for _, outgoing in world.platform.messages if outgoing.picture]
    async with world.store.session(world.workspace.community) as session:
        [photo] = await session.photos.of(found.id)
        shown.append(await session.photos.stored_copy(photo.id) or b"")
    assert len(shown) > 1
    assert not any(map(str.isalnum, "".join(map(print_in, shown))))
    await world.set_up(sealed_categories=("keys",))
    await world.found("f3", photos=(card,))
    await at_rest(world)
    assert ADVICE not in "".join(world.platform.thread("f3"))
