"""The claim check where people try to get round it, and where a private loss is claimed for."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from reunite import rules
from reunite.entities import Member
from reunite.errors import TellUserError
from tests.support.services import working
from tests.support.world import ADA, BEN, World, world


@pytest.fixture
async def place(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with world(database_url, redis_url) as community, working(database_url, redis_url):
        await community.set_up(log_channel="log")
        await community.found("f1", "red", "an umbrella")
        await community.quiet()
        yield community


async def claim(place: World, root: str, by: Member, words: str) -> UUID:
    await place.press("mine", place.button(root, "mine"), by, words=words)
    await place.quiet()
    return place.button("f1", "see_claim")


async def test_another_name_gives_no_more_tries(place: World) -> None:
    await place.lost("l1", "my red umbrella")
    await place.quiet()
    for attempt in range(rules.MOST_CLAIMS):
        by = Member(ADA.id, f"Ada {attempt}")
        known = await claim(place, "l1", by, f"guess {attempt}")
        with pytest.raises(TellUserError, match="claim_waits"):
            await claim(place, "l1", Member(ADA.id, "Somebody else"), "another at once")
        await place.press("reject_claim", known, BEN)
    with pytest.raises(TellUserError, match="claim_too_many"):
        await claim(place, "l1", Member(ADA.id, "Somebody else"), "one more")


@pytest.mark.parametrize("way", ["withdraw", "forget"])
async def test_reporting_again_gives_no_more_tries_and_keeps_no_words(place: World, way: str) -> None:
    for attempt in range(rules.MOST_CLAIMS):
        loss = await place.lost(f"l{attempt}", "my red umbrella")
        await place.quiet()
        old = await claim(place, f"l{attempt}", ADA, f"guess {attempt}")
        if way == "withdraw":
            await place.press("withdraw", loss.id, ADA)
        else:
            await place.press("forget", place.workspace.id, ADA)
        with pytest.raises(TellUserError, match="nothing_here"):
            await place.press("see_claim", old, BEN)
    await place.lost("again", "my red umbrella")
    await place.quiet()
    with pytest.raises(TellUserError, match="claim_too_many"):
        await claim(place, "again", ADA, "one more")
    assert (await place.handlers.export("web", place.name, ADA))["claims"] == []
    async with place.store.session(place.workspace.community) as session:
        rows = await session._all("SELECT proof, member_name FROM claim")
    assert {(row["proof"], row["member_name"]) for row in rows} == {("", "")}


async def test_the_found_reports_thread_does_not_name_a_private_claimant(place: World) -> None:
    await place.lost("l1", "my red umbrella", private=True)
    await place.quiet()
    await claim(place, "l1", ADA, "a blue thread")
    assert place.platform.kinds("f1")[-1] == "claim"
    assert "Ada" not in "\n".join(place.platform.thread("f1"))
    assert "Ada" in "\n".join(line.text() for line in place.log())
