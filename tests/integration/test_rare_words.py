"""Rare words and boilerplate, as the search finds them in the database."""

import pytest

from db import word_index
from reunite.commands import JoinWorkspace
from reunite.entities import PlatformName, ReplyTarget, ReportState
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import ADA, open_world

pytestmark = pytest.mark.untraced


async def test_a_serial_and_a_name_are_rare_and_a_caretakers_signature_is_boilerplate(
    database_url: str, redis_url: str
) -> None:
    async with open_world(database_url, redis_url) as world, working(database_url, redis_url):
        for number, colour in enumerate(("red", "green", "blue")):
            await world.found(f"f{number}", colour, f"thing {number}, see https://campus.example, crew Zarquon")
        mug = await world.found("f9", "red", "a mug, it says Quibble, serial JX-4471, ext. 4711", author=ADA)
        await world.wait_until_idle()
        text = "my mug, Quibble, S/N JX4471, call ext. 4711, https://campus.example, or ask crew Zarquon"
        lost = await world.lost("l1", text)
        await world.wait_until_idle()
        async with world.store.session(world.workspace.community) as session:
            report = await session.reports.get(lost.id)
            assert report
            search = await session.candidates.search(report, 10)
    rare = {candidate.item.report: candidate.rare_words for candidate in search.candidates}
    assert rare[mug.id] == ("jx4471", "quibble")
    assert {words for report, words in rare.items() if report != mug.id} == {()}
    assert "zarquon" in search.boilerplate


@pytest.mark.parametrize("uses", [0, word_index.MAX_USES])
@pytest.mark.parametrize(("platform", "is_one_person"), [("web", False), ("discord", True)])
async def test_the_habits_of_two_people_with_the_same_id_are_not_taken_for_one(  # noqa: PLR0913 - two ways, two platforms
    database_url: str,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
    uses: int,
    platform: PlatformName,
    *,
    is_one_person: bool,
) -> None:
    monkeypatch.setattr(word_index, "MAX_USES", uses)
    async with open_world(database_url, redis_url) as world, working(database_url, redis_url):
        for name in ("one", "two"):
            await world.handlers.join(JoinWorkspace(platform, name, name))
        await world.handlers.link(platform, "two", await world.handlers.link_code(platform, "one"))
        texts = ("a mug, Zarquon", "a hat", "a cup")
        places = [ReplyTarget(platform, name, "found", f"f{name}") for name in ("one", "two")]
        found = [
            await world.found(f"{place.workspace}{number}", text=text, target=place.at(f"{place.workspace}{number}"))
            for place in places
            for number, text in enumerate(texts)
        ]
        lost = await world.lost("l1", "my mug, Zarquon", target=places[0].at("l1"))

        async def are_open() -> bool:
            async with world.store.session(lost.community) as session:
                reports = [await session.reports.get(report.id) for report in (*found, lost)]
            return all(report and report.state is ReportState.OPEN for report in reports)

        await eventually(are_open)
        async with world.store.session(lost.community) as session:
            report = await session.reports.get(lost.id)
            assert report
            search = await session.candidates.search(report, 20)
    assert ("zarquon" in search.boilerplate) == is_one_person
