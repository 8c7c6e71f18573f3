"""Photos that look alike are compared in detail once, and what was found counts in every search after it."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from db.photo_details import OF_REPORT
from db.session import CommunitySession
from reunite.commands import JoinWorkspace
from reunite.entities import IncomingPhoto, Report
from tests.doubles.counted_details import CountedDetails
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import World, open_world
from workers import app


async def shared_details(session: CommunitySession, report: Report) -> dict[UUID, float]:
    """Return the most details that a report's photos share with each report they were compared with."""
    return {row["other"]: row["details"] for row in await session.photo_details._all(OF_REPORT, report=report.id)}


@pytest.fixture
def details() -> CountedDetails:
    return CountedDetails()


@pytest.fixture
async def world(
    database_url: str, redis_url: str, details: CountedDetails, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    monkeypatch.setattr(app, "load_details", lambda: details)
    async with open_world(database_url, redis_url) as community, working(database_url, redis_url, compare_details=True):
        yield community


async def details_of(world: World, report: Report) -> dict[UUID, float | None]:
    async with world.store.session(world.workspace.community) as session:
        known = await session.reports.get(report.id)
        assert known
        search = await session.candidates.search(known, 10)
    return {candidate.item.report: candidate.details for candidate in search.candidates}


async def test_what_was_compared_counts_in_both_directions(world: World, details: CountedDetails) -> None:
    found = await world.found("f1", "red")
    other = await world.found("f2", "blue")
    await world.wait_until_idle()
    assert details.compared == []
    lost = await world.lost("l1", "my umbrella", "red")
    await world.wait_until_idle()

    assert len(details.compared) == 1
    assert await details_of(world, lost) == {found.id: 40.0, other.id: None}
    assert await details_of(world, found) == {lost.id: 40.0}


async def test_a_pair_is_compared_once_regardless_of_which_report_is_searched_again(
    world: World, details: CountedDetails
) -> None:
    found = await world.found("f1", "red")
    await world.wait_until_idle()
    await world.lost("l1", "my umbrella", "red")
    await world.wait_until_idle()
    async with world.store.session(world.workspace.community) as session:
        await session.work.add(found.id, hinted=False)
    await world.wait_until_idle()
    assert len(details.compared) == 1


async def test_at_most_two_photos_of_a_lost_report_are_compared(world: World, details: CountedDetails) -> None:
    await world.found("f1", "red")
    await world.wait_until_idle()
    photos = tuple(IncomingPhoto(f"{number}.jpg", data=drawing("red", size=200 + number)) for number in range(4))
    await world.lost("l1", "my umbrella", photos=photos)
    await world.wait_until_idle()
    assert len(details.compared) == 2


async def test_a_photo_that_goes_takes_what_was_compared_with_it(world: World) -> None:
    found = await world.found("f1", "red")
    await world.wait_until_idle()
    lost = await world.lost("l1", "my umbrella", "red")
    await world.wait_until_idle()
    async with world.store.session(world.workspace.community) as session:
        assert await shared_details(session, found) == {lost.id: 40.0}
        await session.photos.remove([photo.id for photo in await session.photos.of(lost.id)])
        assert await shared_details(session, found) == {}


async def test_photos_that_move_to_another_community_are_compared_again(world: World, details: CountedDetails) -> None:
    found = await world.found("f1", "red")
    await world.wait_until_idle()
    lost = await world.lost("l1", "my umbrella", "red")
    await world.wait_until_idle()
    other = await world.store.join(JoinWorkspace("web", "other", "Another side"))
    await world.store.save_link_code(other, "hash")
    async with world.store.linked(world.workspace, "hash") as session:
        assert session
    async with world.store.session(other.community) as session:
        assert await shared_details(session, found) == {}
        await session.work.add(lost.id, hinted=False)

    async def is_compared() -> bool:
        async with world.store.session(other.community) as session:
            return await shared_details(session, found) == {lost.id: 40.0}

    await eventually(is_compared, "the photos were never compared again")
    assert len(details.compared) == 2


async def test_a_comparison_that_fails_keeps_no_search_back(world: World, details: CountedDetails) -> None:
    details.error = RuntimeError("no memory")
    found = await world.found("f1", "red")
    await world.wait_until_idle()
    lost = await world.lost("l1", "my umbrella", "red")
    await world.wait_until_idle()
    assert await details_of(world, lost) == {found.id: None}
    assert "likely match" in world.platform.thread("l1")[0]
