"""The claim check, by the real worker, store and delivery: what is private stays so."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from reunite import rules
from reunite.entities import Member
from reunite.errors import TellUserError
from tests.support.services import working
from tests.support.world import ADA, BEN, MODERATOR, World, world

SECRET, ANSWER = "a blue thread sewn into the lining", "the lining has a blue thread"


@pytest.fixture
async def place(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with world(database_url, redis_url) as community, working(database_url, redis_url):
        await community.set_up(log_channel="log")
        await community.found("f1", "red", "an umbrella", proof_question=SECRET)
        await community.quiet()
        await community.lost("l1", "my red umbrella")
        await community.quiet()
        yield community


async def claimed(place: World, words: str = ANSWER) -> UUID:
    """Claim the find as Ada, and return what the finder's button is about."""
    await place.press("mine", place.button("l1", "mine"), ADA, words=words)
    await place.quiet()
    return place.button("f1", "see_claim")


def said_in_public(place: World) -> str:
    return "\n".join(outgoing.reply.text() for _, outgoing in place.platform.messages)


async def test_the_finder_sees_the_owners_answer_next_to_the_secret_and_nobody_else_does(place: World) -> None:
    claim = await claimed(place)
    seen = (await place.press("see_claim", claim, BEN)).text()
    assert ANSWER in seen
    assert SECRET in seen
    assert ANSWER in (await place.press("see_claim", claim, MODERATOR)).text()
    for stranger in (ADA, Member("eve", "Eve")):
        with pytest.raises(TellUserError, match="only_finder"):
            await place.press("see_claim", claim, stranger)
    assert ANSWER not in said_in_public(place)
    assert SECRET not in said_in_public(place)


async def test_the_finders_first_decision_counts_and_reaches_the_owner(place: World) -> None:
    claim = await claimed(place)
    await place.press("accept_claim", claim, BEN)
    again = await place.press("reject_claim", claim, MODERATOR)
    await place.quiet()
    assert "decided" in again.text()
    assert "Ben" in place.platform.thread("l1")[-1]
    pressable = {button.action for _, sent in place.platform.messages for button in sent.reply.buttons}
    assert pressable.isdisjoint({"accept_claim", "reject_claim"})
    with pytest.raises(TellUserError, match="claim_accepted_before"):
        await claimed(place)


async def test_nobody_decides_on_their_own_claim(place: World) -> None:
    claim = await claimed(place)
    with pytest.raises(TellUserError, match="only_finder"):
        await place.press("accept_claim", claim, ADA, is_moderator=True)


async def test_attempts_are_capped(place: World) -> None:
    for attempt in range(rules.MOST_CLAIMS):
        claim = await claimed(place, f"guess {attempt}")
        with pytest.raises(TellUserError, match="claim_waits"):
            await claimed(place, "another at once")
        await place.press("reject_claim", claim, BEN)
    with pytest.raises(TellUserError, match="claim_too_many"):
        await claimed(place)


async def test_only_the_loser_may_claim_and_with_words(place: World) -> None:
    with pytest.raises(TellUserError, match="only_owner"):
        await place.press("mine", place.button("l1", "mine"), BEN, words="mine!")
    with pytest.raises(TellUserError, match="claim_empty"):
        await place.press("mine", place.button("l1", "mine"), ADA, words="  ")


async def test_what_is_not_theirs_is_not_brought_up_again(place: World) -> None:
    match = place.button("l1", "not_mine")
    before = len(place.platform.kinds("l1"))
    await place.press("not_mine", match, ADA)
    await place.press("add_detail", (await own(place))[0], ADA, words="with a wooden handle")
    await place.quiet()
    assert place.platform.kinds("l1")[before:] == ["nothing"]  # the bot keeps watching
    async with place.store.session(place.workspace.community) as session:
        known = await session.matches.get(match)
        report = await session.reports.get(known.lost) if known else None
        assert report
        assert (await session.candidates.search(report, 10)).candidates == ()


async def test_the_finder_leaves_a_secret_later(place: World) -> None:
    await place.found("f2", "green")
    await place.quiet()
    with pytest.raises(TellUserError, match="only_finder"):
        await place.press("proof_question", place.button("f2", "proof_question"), ADA, words="mine to tell")
    await place.press("proof_question", place.button("f2", "proof_question"), BEN, words="engraved inside")
    assert "engraved inside" not in said_in_public(place)
    exported = await place.handlers.export("web", place.name, BEN)
    assert "engraved inside" in [report["proof_question"] for report in exported["reports"]]


async def own(place: World) -> list[UUID]:
    replies = await place.handlers.my_reports("web", place.name, ADA)
    return [reply.buttons[0].subject for reply in replies]
