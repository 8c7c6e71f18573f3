"""Finds that may be of one thing, as the search measures it."""

from uuid import UUID

from tests.support.services import working
from tests.support.world import World, open_world


async def test_the_found_reports_of_a_search_are_compared_with_each_other_and_lost_ones_are_not(
    database_url: str, redis_url: str
) -> None:
    async with open_world(database_url, redis_url) as world, working(database_url, redis_url):
        found_reports = [
            await world.found(f"f{n}", colour, "umbrella") for n, colour in enumerate(("red", "red", "green"))
        ]
        await world.wait_until_idle()
        lost_reports = [await world.lost(f"l{n}", colour="red", text="umbrella") for n in range(2)]
        await world.wait_until_idle()
        alike = await _alike(world, lost_reports[0].id)
        assert {report for pair in alike for report in pair} == {found.id for found in found_reports}
        twins = alike[frozenset(found.id for found in found_reports[:2])]
        assert twins == max(alike.values())
        assert twins > 0.99
        assert await _alike(world, found_reports[0].id) == {}


async def _alike(world: World, wanted: UUID) -> dict[frozenset[UUID], float]:
    async with world.store.session(world.workspace.community) as session:
        report = await session.reports.get(wanted)
        assert report
        return dict((await session.candidates.search(report, 50)).lookalikes)
