"""Verdicts, claims and declines: cases of the handlers."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Literal
from uuid import UUID, uuid4

import pytest

from reunite.commands import GiveVerdict, Withdraw
from reunite.entities import ClaimState, Match, ReplyTarget, Report, ReportState, VerdictKind
from reunite.errors import TellUserError, TryAgainError
from reunite.language import sentence
from reunite.locking import lock_sides
from reunite.messages.reply import Reply
from reunite.ports import Session
from reunite.retry import TRIES
from tests.contract.stages import ADA, BEN, MODERATOR, Stage, account


def confirmed(target: ReplyTarget, match: UUID | None = None) -> GiveVerdict:
    return GiveVerdict(
        target=target, member=MODERATOR, kind=VerdictKind.CONFIRM, given=True, is_moderator=True, match=match
    )


async def unwanted(_: float) -> None:
    raise AssertionError("nothing is to be waited for")


async def shown(stage: Stage, lost: Report) -> ReplyTarget:
    """Return the message that shows a report's match."""
    await stage.deliver(lost)
    async with stage.session(lost.community) as session:
        cards = await session.workspaces.cards((await stage.join()).id, lost.created_at)
    return replace(lost.target, message=cards[0].sent.message)


async def cards(stage: Stage, lost: Report) -> list[Reply]:
    """Return the cards in a lost report's thread."""
    return [reply for reply in await stage.thread(lost) if reply.kind == "match"]


class VerdictCases:
    """Verdicts and claims."""

    async def test_a_confirmation_returns_both_and_taking_it_back_reopens_them(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, match = await stage.matched()
        assert await stage.verdict(match, VerdictKind.CONFIRM)
        assert not await stage.verdict(match, VerdictKind.CONFIRM)
        assert {await stage.state(report) for report in (lost, found)} == {ReportState.RETURNED}
        assert MODERATOR.name in await stage.words(found)
        assert sentence("card_confirmed").replace("*", "") in await stage.words(lost)  # they have claimed nothing
        assert sentence("owner_has_it").replace("*", "") in await stage.words(found)
        assert await stage.verdict(match, VerdictKind.CONFIRM, given=False)
        assert {await stage.state(report) for report in (lost, found)} == {ReportState.OPEN}
        assert (await stage.kinds(lost))[-2:] == ["match", "reopened"]

    @pytest.mark.parametrize("folded", [False, True])
    async def test_a_third_persons_card_says_that_the_item_is_back_with_its_owner(
        self, stage: Stage, *, folded: bool
    ) -> None:
        await stage.join()
        other = await stage.lost("my blue umbrella", author=MODERATOR)
        _, found, match = await stage.matched()
        await stage.search(other, found)
        theirs = await stage.match(other)
        if folded:
            await stage.press("not_mine", theirs.id, MODERATOR)
        before = await cards(stage, other)
        assert "mine" in {button.action for card in before for button in card.buttons}
        await stage.verdict(match, VerdictKind.CONFIRM)
        [gone] = await cards(stage, other)
        assert not gone.buttons
        assert ("owner" in gone.text()) is not folded
        with pytest.raises(TellUserError, match="gone_to_owner"):
            await stage.press("mine", theirs.id, MODERATOR, words="a dent")
        await stage.verdict(match, VerdictKind.CONFIRM, given=False)
        assert await cards(stage, other) == before

    async def test_what_else_matched_a_returned_item_says_so_until_the_verdict_is_taken_back(
        self, stage: Stage
    ) -> None:
        await stage.join(log_channel="log")
        lost, _, match = await stage.matched()
        other = await stage.found("another umbrella", author=MODERATOR)
        await stage.search(lost, other)
        before = [await cards(stage, report) for report in (lost, other)]
        log = await stage.thread(other, "moderators")
        await stage.verdict(match, VerdictKind.CONFIRM)
        [_, owners], [finders] = [await cards(stage, report) for report in (lost, other)]
        assert owners.text().startswith(sentence("card_other", post=""))
        assert not owners.buttons
        assert finders.text() == sentence("owner_is_content", report=sentence("jump_report"))
        assert [button.action for button in finders.buttons] == ["proof_question", "withdraw"]
        said = [reply.text() for reply in await stage.thread(other, "moderators")]
        assert [sentence("log_elsewhere") in text for text in said] == [True]
        await stage.verdict(match, VerdictKind.CONFIRM, given=False)
        assert [await cards(stage, report) for report in (lost, other)] == before
        assert await stage.thread(other, "moderators") == log

    async def test_the_card_of_a_refused_match_asks_nothing_until_the_verdict_is_taken_back(self, stage: Stage) -> None:
        await stage.join()
        lost, _, match = await stage.matched()
        before = await cards(stage, lost)
        await stage.verdict(match, VerdictKind.REJECT)
        [refused] = await cards(stage, lost)
        assert not refused.buttons
        await stage.verdict(match, VerdictKind.REJECT, given=False)
        assert await cards(stage, lost) == before

    async def test_a_moderators_name_is_stored_without_what_cannot_be(self, stage: Stage) -> None:
        await stage.join()
        _, _, match = await stage.matched()
        assert await stage.verdict(match, VerdictKind.CONFIRM, replace(MODERATOR, name="Mo\0"), is_moderator=True)

    async def test_only_moderators_give_verdicts(self, stage: Stage) -> None:
        await stage.join()
        *_, match = await stage.matched()
        with pytest.raises(TellUserError, match="only_moderators"):
            await stage.verdict(match, VerdictKind.CONFIRM, by=ADA)

    async def test_a_press_gives_a_verdict_and_the_next_takes_it_back(self, stage: Stage) -> None:
        await stage.join()
        lost, _, match = await stage.matched()
        for state, key in (("rejected", "1"), ("rejected", "1"), ("undecided", "2")):
            note = await stage.press("reject", match.id, MODERATOR, key=key)
            assert note.text() == sentence(f"note_match_{state}")
        assert (await stage.kinds(lost))[-2:] == ["rejected", "reopened"]

    async def test_a_verdict_on_a_message_that_shows_a_match(self, stage: Stage) -> None:
        await stage.join()
        lost, _, match = await stage.matched()
        result = await stage.handlers.give_verdict(confirmed(await shown(stage, lost)))
        assert result
        assert result.match.id == match.id

    async def test_a_verdict_on_a_match_that_is_gone_does_not_wait_for_it(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await stage.join()
        monkeypatch.setattr("reunite.verdicts.asyncio", SimpleNamespace(sleep=unwanted))
        with pytest.raises(TellUserError, match="nothing_here"):
            await stage.press("confirm", uuid4(), MODERATOR)
        assert await stage.handlers.give_verdict(confirmed(ReplyTarget("web", "here", "lost", "any"), uuid4())) is None

    async def test_a_verdict_by_reaction_that_meets_a_conflict_is_tried_again_at_once(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await stage.join()
        lost, _, match = await stage.matched()
        target = await shown(stage, lost)
        conflicts = iter([TryAgainError("another changes it")] * (TRIES - 1))

        async def lock(session: Session, match: Match) -> tuple[Report, Report]:
            for conflict in conflicts:
                raise conflict
            return await lock_sides(session, match)

        monkeypatch.setattr("reunite.verdicts.lock_sides", lock)
        monkeypatch.setattr("reunite.verdicts.asyncio", SimpleNamespace(sleep=unwanted))
        result = await stage.handlers.give_verdict(confirmed(target))
        assert result
        assert result.match.id == match.id

    @pytest.mark.parametrize("private", [False, True])
    @pytest.mark.parametrize("action", ["accept_claim", "confirm"])
    async def test_a_moderator_may_decide_on_their_own_claim_and_everyone_learns_it(
        self, stage: Stage, action: Literal["accept_claim", "confirm"], *, private: bool
    ) -> None:
        await stage.join(log_channel="log", private_reports=True)
        lost, found = await stage.lost(private=private), await stage.found()
        await stage.search(lost, found)
        match = await stage.match(lost)
        claim = await stage.claim(match, found)
        await stage.press(action, claim if action == "accept_claim" else match.id, ADA, is_moderator=True)
        said = sentence("own_decision")
        shown = [said in reply.text() for reply in await stage.thread(found)]
        assert any(shown) is not private  # the thread is public, and the report isn't
        assert any(said in reply.text() for reply in await stage.thread(found, "moderators"))

    async def test_a_claim_is_shown_to_the_finder_and_accepted(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, match = await stage.matched(proof_question="what is inside?")
        claim = await stage.claim(match, found)
        assert "a scratch inside" not in await stage.words(lost, found)
        seen = (await stage.press("see_claim", claim, BEN)).text()
        assert "what is inside?" in seen
        assert "a scratch inside" in seen
        with pytest.raises(TellUserError, match="own_claim"):
            await stage.press("accept_claim", claim, ADA)
        await stage.press("accept_claim", claim, BEN)
        assert (await stage.kinds(lost))[-1] == "claim"
        assert sentence("claim_closed_accepted") in (await stage.thread(found))[-1].text()
        assert (await stage.press("reject_claim", claim, BEN)).text() == sentence("note_claim_decided")
        with pytest.raises(TellUserError, match="claim_accepted_before"):
            await stage.claim(match, found)

    @pytest.mark.parametrize("kind", list(VerdictKind))
    async def test_a_verdict_deletes_the_answers_that_it_has_decided(self, stage: Stage, kind: VerdictKind) -> None:
        await stage.join(log_channel="log")
        other = await stage.lost("my blue umbrella", author=MODERATOR)
        _, found, match = await stage.matched()
        await stage.search(other, found)
        await stage.claim(match, found)
        await stage.press("mine", (await stage.match(other)).id, MODERATOR, words="a dent")
        async with stage.session(found.community) as session:
            [theirs] = [claim.id for claim in await session.claims.by(account(MODERATOR))]
        await stage.verdict(match, kind)
        async with stage.session(found.community) as session:
            on = await session.claims.on(found.id)
            claims = {claim.match: (claim.state, await session.claims.proof(claim.id)) for claim in on}
        confirmed = kind is VerdictKind.CONFIRM
        assert claims.pop(match.id) == (ClaimState.ACCEPTED if confirmed else ClaimState.REJECTED, "")
        assert list(claims.values()) == [(ClaimState.OPEN, "a dent")]  # it rests while the item is back with the other
        claimed = [reply for reply in await stage.thread(found) if reply.kind == "claim"]
        buttons = [button for reply in claimed for button in reply.buttons if button.action == "see_claim"]
        assert [button.subject for button in buttons] == ([] if confirmed else [theirs])

    async def test_claims_are_limited_also_after_reporting_again(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        await stage.press("reject_claim", await stage.claim(match, found), BEN)
        await stage.claim(match, found)
        with pytest.raises(TellUserError, match="claim_waits"):
            await stage.claim(match, found)
        await stage.handlers.withdraw(Withdraw(target=lost.target))
        again = await stage.lost()
        await stage.search(again, found)
        match = await stage.match(again)
        await stage.press("reject_claim", await stage.claim(match, found), BEN)
        with pytest.raises(TellUserError, match="claim_too_many"):
            await stage.claim(match, found)

    async def test_only_the_owner_claims_or_declines(self, stage: Stage) -> None:
        await stage.join()
        *_, match = await stage.matched()
        for action in ("mine", "not_mine"):
            with pytest.raises(TellUserError, match="only_owner"):
                await stage.press(action, match.id, BEN, words="mine")
        with pytest.raises(TellUserError, match="claim_empty"):
            await stage.press("mine", match.id, ADA)

    async def test_a_declined_match_can_still_be_claimed(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        await stage.press("not_mine", match.id, ADA)
        assert (await stage.match(lost)).declined
        await stage.claim(match, found)
        assert not (await stage.match(lost)).declined

    async def test_only_the_finder_sets_the_proof_question(self, stage: Stage) -> None:
        await stage.join()
        found = await stage.found()
        with pytest.raises(TellUserError, match="only_finder"):
            await stage.press("proof_question", found.id, ADA, words="?")
        await stage.press("proof_question", found.id, BEN, words=" what is inside? ")
        async with stage.session(found.community) as session:
            assert await session.claims.proof_question(found.id) == "what is inside?"
