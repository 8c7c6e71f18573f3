"""A worker's sweep brings up what is due by its clock."""

from datetime import UTC, datetime, timedelta

from reunite.language import date_words, sentence
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import open_world


async def test_the_sweep_reminds_once_when_its_clock_says_so(database_url: str, redis_url: str) -> None:
    ahead = timedelta()
    clock = lambda: datetime.now(UTC) + ahead  # noqa: E731 - moved below
    async with open_world(database_url, redis_url) as world, working(database_url, redis_url, now=clock):
        lost = await world.lost("l1", "my red umbrella")
        await world.wait_until_idle()
        text = sentence("ends_soon", until=date_words(lost.expires_at))
        assert text not in "".join(world.platform.thread("l1"))
        ahead = timedelta(days=54)
        await eventually(lambda: text in "".join(world.platform.thread("l1")))
        await world.wait_until_idle()
        assert "".join(world.platform.thread("l1")).count(text) == 1
