"""The claim check, by the real worker, store and delivery: what is private stays so."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from reunite import rules
from reunite.entities import Member
from reunite.errors import TellUserError
from reunite.language import plural, sentence
from tests.support.services import working
from tests.support.world import ADA, BEN, MODERATOR, World, open_world

pytestmark = pytest.mark.untraced

SECRET, ANSWER = "a blue thread sewn into the lining", "the lining has a blue thread"


@pytest.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, redis_url) as community, working(database_url, redis_url):
        await community.set_up(log_channel="log")
        await community.found("f1", "red", "an umbrella", proof_question=SECRET)
        await community.wait_until_idle()
        await community.lost("l1", "my red umbrella")
        await community.wait_until_idle()
        yield community


async def claimed(world: World, words: str = ANSWER, match: UUID | None = None) -> UUID:
    """Claim the found report as Ada, by default with the button shown; return what the finder's button is about."""
    await world.press("mine", match or world.button("l1", "mine"), ADA, words=words)
    await world.wait_until_idle()
    return world.button("f1", "see_claim")


def said_in_public(world: World) -> str:
    return "\n".join(outgoing.reply.text() for _, outgoing in world.platform.messages)


async def test_the_finder_sees_the_owners_answer_next_to_the_secret_and_nobody_else_does(world: World) -> None:
    claim = await claimed(world)
    seen = (await world.press("see_claim", claim, BEN)).text()
    assert ANSWER in seen
    assert SECRET in seen
    assert ANSWER in (await world.press("see_claim", claim, MODERATOR)).text()
    for stranger, refusal in ((ADA, "own_claim"), (Member("eve", "Eve"), "only_finder")):
        with pytest.raises(TellUserError, match=refusal):
            await world.press("see_claim", claim, stranger)
    assert ANSWER not in said_in_public(world)
    assert SECRET not in said_in_public(world)


async def test_the_finders_first_decision_counts_and_reaches_the_owner(world: World) -> None:
    match = world.button("l1", "mine")
    claim = await claimed(world)
    assert "Ada" in (await world.press("accept_claim", claim, BEN)).text()
    again = await world.press("reject_claim", claim, MODERATOR)
    await world.wait_until_idle()
    assert "decided" in again.text()
    assert "Ben" in world.platform.thread("l1")[-1]
    pressable = {button.action for _, sent in world.platform.messages for button in sent.reply.buttons}
    assert pressable.isdisjoint({"accept_claim", "reject_claim"})
    with pytest.raises(TellUserError, match="claim_accepted_before"):
        await claimed(world, match=match)  # by a form that was open before


async def test_who_decides_is_told_that_others_say_it_is_theirs_too(world: World) -> None:
    accepted, claim, eve = world.button("l1", "mine"), await claimed(world), Member("eve", "Eve")
    await world.lost("l2", "a red umbrella", author=eve)
    await world.wait_until_idle()
    await world.press("mine", world.button("l2", "mine"), eve, words="it is red")
    await world.wait_until_idle()
    other = world.button("f1", "see_claim")
    assert other != claim
    assert plural("claim_rivals", 1) in (await world.press("see_claim", claim, BEN)).text()
    await world.press("accept_claim", claim, BEN)
    assert sentence("claim_accepted_elsewhere") in (await world.press("see_claim", other, BEN)).text()
    await world.press("reject", accepted, MODERATOR)
    alone = (await world.press("see_claim", other, BEN)).text()
    assert sentence("claim_accepted_elsewhere") not in alone
    assert plural("claim_rivals", 1) not in alone


def offered(world: World, root: str) -> set[str]:
    shown = [outgoing.reply for target, outgoing in world.platform.messages if target.message == root]
    return {button.action for reply in shown for button in reply.buttons}


async def test_an_accepted_claim_that_a_moderator_rejects_is_arranged_no_further(world: World) -> None:
    match, arranging = world.button("l1", "mine"), {"got_back", "where_is_it", "handed_over"}
    await world.press("accept_claim", await claimed(world), BEN)
    await world.wait_until_idle()
    assert offered(world, "l1") | offered(world, "f1") >= arranging
    await world.press("reject", match, MODERATOR)
    await world.wait_until_idle()
    assert not (offered(world, "l1") | offered(world, "f1")) & arranging
    assert sentence("claim_overruled") in "\n".join(world.platform.thread("l1"))
    assert sentence("claim_closed_overruled") in "\n".join(world.platform.thread("f1"))
    assert all(sentence("claim_is_accepted", person=BEN.name) not in card.text() for card in world.log())
    await world.press("reject", match, MODERATOR)
    await world.wait_until_idle()
    assert offered(world, "l1") | offered(world, "f1") >= arranging


async def test_a_claim_that_only_a_mistaken_return_had_accepted_can_be_made_again(world: World) -> None:
    match, eve = world.button("l1", "mine"), Member("eve", "Eve")
    await claimed(world)
    await world.lost("l2", "a red umbrella", author=eve)
    await world.wait_until_idle()
    other = world.button("l2", "mine")
    await world.press("mine", other, eve, words="it is red")
    await world.press("confirm", match, MODERATOR)
    await world.wait_until_idle()
    assert sentence("claim_given_away") in "\n".join(world.platform.thread("f1"))
    await world.press("confirm", match, MODERATOR)
    await world.wait_until_idle()
    thread = "\n".join(world.platform.thread("f1"))
    assert (thread.count(sentence("claim_closed_undone")), sentence("claim_given_away") in thread) == (1, False)
    assert sentence("claim_closed_moderated") not in thread
    assert ("mine" in offered(world, "l1"), "mine" in offered(world, "l2")) == (True, False)  # Eve's waits again
    assert sentence("claim_again") in "\n".join(world.platform.thread("l1"))
    assert sentence("claim_again") not in "\n".join(world.platform.thread("l2"))
    await world.press("mine", match, ADA, words=ANSWER)
    await world.wait_until_idle()
    assert sentence("claim_again") not in "\n".join(world.platform.thread("l1"))
    await world.press("accept_claim", world.button("f1", "see_claim"), BEN)


async def test_what_the_finder_rejected_stays_so_when_anothers_return_is_undone(world: World) -> None:
    eve = Member("eve", "Eve")
    await world.press("reject_claim", await claimed(world), BEN)
    await world.lost("l2", "a red umbrella", author=eve)
    await world.wait_until_idle()
    other = world.button("l2", "mine")
    for _ in range(2):
        await world.press("confirm", other, MODERATOR)
        await world.wait_until_idle()
    thread = "\n".join(world.platform.thread("f1"))
    assert (sentence("claim_closed_rejected") in thread, sentence("claim_closed_undone") in thread) == (True, False)


async def test_what_the_finder_accepted_stays_so_when_a_return_is_undone(world: World) -> None:
    match = world.button("l1", "mine")
    await world.press("accept_claim", await claimed(world), BEN)
    for _ in range(2):
        await world.press("confirm", match, MODERATOR)
        await world.wait_until_idle()
    assert offered(world, "f1") >= {"handed_over", "whereabouts"}
    assert "mine" not in offered(world, "l1")


async def test_a_member_may_claim_an_item_only_so_often(world: World) -> None:
    match = world.button("l1", "mine")
    for attempt in range(rules.MAX_CLAIMS):
        claim = await claimed(world, f"guess {attempt}", match)
        with pytest.raises(TellUserError, match="claim_waits"):
            await claimed(world, "another at once", match)
        await world.press("reject_claim", claim, BEN)
    with pytest.raises(TellUserError, match="claim_too_many"):
        await claimed(world, match=match)


async def test_only_the_owner_may_claim_and_with_words(world: World) -> None:
    with pytest.raises(TellUserError, match="only_owner"):
        await world.press("mine", world.button("l1", "mine"), BEN, words="mine!")
    with pytest.raises(TellUserError, match="claim_empty"):
        await world.press("mine", world.button("l1", "mine"), ADA, words="  ")


async def test_what_is_not_theirs_is_not_brought_up_again(world: World) -> None:
    match = world.button("l1", "not_mine")
    before = len(world.platform.kinds("l1"))
    await world.press("not_mine", match, ADA)
    await world.press("add_detail", (await own(world))[0], ADA, words="with a wooden handle")
    await world.wait_until_idle()
    assert world.platform.kinds("l1")[before:] == ["nothing"]  # the bot keeps watching
    async with world.store.session(world.workspace.community) as session:
        known = await session.matches.get(match)
        report = await session.reports.get(known.lost) if known else None
        assert report
        assert (await session.candidates.search(report, 10)).candidates == ()


async def test_the_finder_leaves_a_secret_later(world: World) -> None:
    await world.found("f2", "green")
    await world.wait_until_idle()
    with pytest.raises(TellUserError, match="only_finder"):
        await world.press("proof_question", world.button("f2", "proof_question"), ADA, words="mine to tell")
    await world.press("proof_question", world.button("f2", "proof_question"), BEN, words="engraved inside")
    assert "engraved inside" not in said_in_public(world)
    exported = await world.handlers.export("web", world.name, BEN)
    assert "engraved inside" in [report["proof_question"] for report in exported["reports"]]


async def own(world: World) -> list[UUID]:
    replies = await world.handlers.my_reports("web", world.name, ADA)
    return [reply.buttons[0].subject for reply in replies]
