"""The claim check where people try to get round it, and where a private lost report is claimed for."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from reunite import rules
from reunite.entities import Member
from reunite.errors import TellUserError
from tests.support.services import working
from tests.support.world import ADA, BEN, World, open_world

pytestmark = pytest.mark.untraced


@pytest.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, redis_url) as community, working(database_url, redis_url):
        await community.set_up(log_channel="log")
        await community.found("f1", "red", "an umbrella")
        await community.wait_until_idle()
        yield community


async def claim(world: World, root: str, by: Member, words: str) -> UUID:
    await world.press("mine", world.button(root, "mine"), by, words=words)
    await world.wait_until_idle()
    return world.button("f1", "see_claim")


async def test_another_name_gives_no_more_tries(world: World) -> None:
    await world.lost("l1", "my red umbrella")
    await world.wait_until_idle()
    match = world.button("l1", "mine")
    for attempt in range(rules.MAX_CLAIMS):
        by = Member(ADA.id, f"Ada {attempt}")
        await world.press("mine", match, by, words=f"guess {attempt}")
        await world.wait_until_idle()
        known = world.button("f1", "see_claim")
        with pytest.raises(TellUserError, match="claim_waits"):
            await world.press("mine", match, Member(ADA.id, "Somebody else"), words="another at once")
        await world.press("reject_claim", known, BEN)
    with pytest.raises(TellUserError, match="claim_too_many"):
        await world.press("mine", match, Member(ADA.id, "Somebody else"), words="one more")


@pytest.mark.parametrize("way", ["withdraw", "forget"])
async def test_reporting_again_gives_no_more_tries_and_keeps_no_words(world: World, way: str) -> None:
    for attempt in range(rules.MAX_CLAIMS):
        lost = await world.lost(f"l{attempt}", "my red umbrella")
        await world.wait_until_idle()
        old = await claim(world, f"l{attempt}", ADA, f"guess {attempt}")
        if way == "withdraw":
            await world.press("withdraw", lost.id, ADA)
        else:
            await world.press("forget", world.workspace.id, ADA)
        with pytest.raises(TellUserError, match="nothing_here"):
            await world.press("see_claim", old, BEN)
    await world.lost("again", "my red umbrella")
    await world.wait_until_idle()
    match = world.button("again", "not_mine")
    with pytest.raises(StopIteration):
        world.button("again", "mine")
    with pytest.raises(TellUserError, match="claim_too_many"):
        await world.press("mine", match, ADA, words="one more")
    assert (await world.handlers.export("web", world.name, ADA))["claims"] == []
    async with world.store.session(world.workspace.community) as session:
        rows = await session._all("SELECT proof, member_name FROM claim")
    assert {(row["proof"], row["member_name"]) for row in rows} == {("", "")}


async def test_the_found_reports_thread_does_not_name_a_private_claimant(world: World) -> None:
    await world.lost("l1", "my red umbrella", private=True)
    await world.wait_until_idle()
    await claim(world, "l1", ADA, "a blue thread")
    assert world.platform.kinds("f1")[-1] == "claim"
    assert "Ada" not in "\n".join(world.platform.thread("f1"))
    assert "Ada" in "\n".join(line.text() for line in world.log())
