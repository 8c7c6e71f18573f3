"""A photo of which a part is missing is used, and its poster hears of it once, through the real worker."""

from collections.abc import AsyncIterator

import pytest
from PIL import Image

from reunite.entities import IncomingPhoto
from reunite.language import sentence
from reunite.matching.evidence import PairKind
from tests.support.photo_files import saved
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.world import World, open_world
from workers.photos import make_stored_copy

pytestmark = pytest.mark.untraced


@pytest.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, redis_url) as community, working(database_url, redis_url, rehint_seconds=0.2):
        yield community


CUT = drawing("red", size=480)[:-150]


async def test_an_incomplete_photo_is_matched_and_its_author_is_notified(world: World) -> None:
    assert make_stored_copy(CUT).is_partial
    await world.found("f1", text="umbrella", photos=(IncomingPhoto("cut.jpg", data=CUT),))
    await world.wait_until_idle()
    assert sum("Part of the photo cut.jpg is missing" in words for words in world.platform.thread("f1")) == 1
    lost = await world.lost("l1", "a red umbrella", "red")
    await world.wait_until_idle()
    [found] = (await world.similarities(lost)).values()
    assert found[PairKind.PHOTO_PHOTO] > 0.9
    assert "match" in world.platform.kinds("l1")


async def test_a_whole_photo_without_its_end_marker_needs_no_word(world: World) -> None:
    photos = (IncomingPhoto("whole.jpg", data=drawing("red")[:-2]),)
    await world.found("f1", text="umbrella", photos=photos)
    night = saved(Image.new("RGB", (240, 240), (12, 10, 14)), "JPEG")
    await world.found("f2", text="umbrella", photos=(IncomingPhoto("night.jpg", data=night),))
    await world.wait_until_idle()
    assert "problem" not in world.platform.kinds("f1")
    said = [sentence("photo_dark") in "".join(world.platform.thread(root)) for root in ("f1", "f2")]
    assert said == [False, True], "one of a dark room is used, and a better one is asked for"


async def test_a_photo_that_lacks_too_much_is_refused(world: World) -> None:
    whole = drawing("red", size=480)
    await world.found("f1", text="umbrella", photos=(IncomingPhoto("half.jpg", data=whole[: len(whole) // 2]),))
    await world.wait_until_idle()
    assert any("half.jpg is damaged" in words for words in world.platform.thread("f1"))
