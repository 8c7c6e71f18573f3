"""Finds that may be of one thing, as the search measures it."""

from uuid import UUID

from tests.support.services import working
from tests.support.world import World, world


async def test_the_found_reports_of_a_search_are_compared_with_each_other_and_lost_ones_are_not(
    database_url: str, redis_url: str
) -> None:
    async with world(database_url, redis_url) as place, working(database_url, redis_url):
        finds = [await place.found(f"f{n}", colour, "umbrella") for n, colour in enumerate(("red", "red", "green"))]
        await place.quiet()
        losses = [await place.lost(f"l{n}", colour="red", text="umbrella") for n in range(2)]
        await place.quiet()
        alike = await _alike(place, losses[0].id)
        assert {report for pair in alike for report in pair} == {find.id for find in finds}
        twins = alike[frozenset(find.id for find in finds[:2])]
        assert twins == max(alike.values())
        assert twins > 0.99
        assert await _alike(place, finds[0].id) == {}


async def _alike(place: World, wanted: UUID) -> dict[frozenset[UUID], float]:
    async with place.store.session(place.workspace.community) as session:
        report = await session.reports.get(wanted)
        assert report
        return dict((await session.candidates.search(report, 50)).lookalikes)
