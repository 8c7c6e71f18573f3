"""A photo of which a part is missing is used, and its poster hears of it once, through the real worker."""

from collections.abc import AsyncIterator

import pytest

from reunite.entities import IncomingPhoto
from reunite.matching.evidence import PairKind
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.world import World, world
from workers.photos import make_stored_copy


@pytest.fixture
async def place(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with world(database_url, redis_url) as community, working(database_url, redis_url, quiet_seconds=0.2):
        yield community


CUT = drawing("red", size=480)[:-150]


async def test_an_incomplete_photo_is_matched_and_its_author_is_notified(place: World) -> None:
    assert make_stored_copy(CUT).is_partial
    await place.found("f1", text="umbrella", photos=(IncomingPhoto("cut.jpg", data=CUT),))
    await place.quiet()
    assert sum("Part of the photo cut.jpg is missing" in words for words in place.platform.thread("f1")) == 1
    loss = await place.lost("l1", "a red umbrella", "red")
    await place.quiet()
    async with place.store.session(place.workspace.community) as session:
        report = await session.reports.get(loss.id)
        assert report
        [found] = (await session.candidates.search(report, 10)).candidates
    assert found.similarities[PairKind.PHOTO_PHOTO] > 0.9
    assert "match" in place.platform.kinds("l1")


async def test_a_whole_photo_without_its_end_marker_needs_no_word(place: World) -> None:
    photos = (IncomingPhoto("whole.jpg", data=drawing("red")[:-2]),)
    await place.found("f1", text="umbrella", photos=photos)
    await place.quiet()
    assert "problem" not in place.platform.kinds("f1")


async def test_a_photo_that_lacks_too_much_is_refused(place: World) -> None:
    whole = drawing("red", size=480)
    await place.found("f1", text="umbrella", photos=(IncomingPhoto("half.jpg", data=whole[: len(whole) // 2]),))
    await place.quiet()
    assert any("half.jpg is damaged" in words for words in place.platform.thread("f1"))
