"""A worker's sweep brings up what is due by its clock."""

from datetime import UTC, datetime, timedelta

from reunite.language import date_words, sentence
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import world


async def test_the_sweep_reminds_once_when_its_clock_says_so(database_url: str, redis_url: str) -> None:
    ahead = timedelta()
    clock = lambda: datetime.now(UTC) + ahead  # noqa: E731 - moved below
    async with world(database_url, redis_url) as place, working(database_url, redis_url, now=clock):
        loss = await place.lost("l1", "my red umbrella")
        await place.quiet()
        said = sentence("ends_soon", until=date_words(loss.expires_at))
        assert said not in "".join(place.platform.thread("l1"))
        ahead = timedelta(days=54)
        await eventually(lambda: said in "".join(place.platform.thread("l1")))
        await place.quiet()
        assert "".join(place.platform.thread("l1")).count(said) == 1
