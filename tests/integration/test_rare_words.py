"""Rare words and boilerplate, as the search finds them in the database."""

from tests.support.services import working
from tests.support.world import ADA, open_world


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
