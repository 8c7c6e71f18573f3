"""A claim whose owner gets theirs back by another match: cases of the handlers."""

from uuid import UUID

import pytest

from reunite.entities import Match, Member, Report, VerdictKind
from reunite.errors import TellUserError
from reunite.expiry import expire
from reunite.language import sentence
from reunite.messages.reply import Reply
from tests.contract.stages import ADA, BEN, Stage

EVE = Member("eve", "Eve")


class ClaimOverCases:
    """Nobody checks an answer that no longer matters."""

    async def test_a_claim_waits_no_longer_once_its_owner_has_theirs_and_again_once_that_is_undone(
        self, stage: Stage
    ) -> None:
        await stage.join(log_channel="log")
        lost, match, other, claim = await _claimed_another(stage)
        before = [await stage.thread(other), await stage.thread(other, "moderators"), (await _cards(stage, lost))[-1]]
        await stage.verdict(match, VerdictKind.CONFIRM)
        [card] = await _cards(stage, other)
        assert card.text() == sentence("owner_is_content", report=sentence("jump_report"))
        [said] = [reply for reply in await stage.thread(other) if reply.kind == "claim"]
        assert said.text().startswith(sentence("claim_over"))
        assert [button.action for button in said.buttons] == ["withdraw"]
        assert (await _cards(stage, lost))[-1].text().startswith(sentence("card_other", post=""))
        card = (await stage.thread(other, "moderators"))[-1]
        assert sentence("claim_is_open") not in card.text()
        assert [button.action for button in card.buttons] == ["confirm", "reject"]
        for action in ("see_claim", "accept_claim", "reject_claim"):
            with pytest.raises(TellUserError, match="claim_over"):
                await stage.press(action, claim, BEN)
        await stage.verdict(match, VerdictKind.CONFIRM, given=False)
        after = [await stage.thread(other), await stage.thread(other, "moderators"), (await _cards(stage, lost))[-1]]
        assert after == before
        await stage.press("accept_claim", claim, BEN)

    async def test_a_reminder_of_a_claim_asks_nothing_while_its_owner_has_theirs(self, stage: Stage) -> None:
        await stage.join()
        _, match, other, _ = await _claimed_another(stage)
        await stage.remind(hours=30)
        for given in (True, False):
            await stage.verdict(match, VerdictKind.CONFIRM, given=given)
            said = (await stage.thread(other))[-1]
            assert (sentence("claim_waits_for_you") in said.text()) is not given
            assert bool(said.buttons) is not given

    async def test_a_claim_that_waits_again_is_brought_up_once(self, stage: Stage) -> None:
        await stage.join()
        _, match, other, _ = await _claimed_another(stage)
        await stage.verdict(match, VerdictKind.CONFIRM)
        await stage.remind(hours=30)
        assert sentence("claim_waits_for_you") not in await stage.words(other)
        await stage.verdict(match, VerdictKind.CONFIRM, given=False)
        for _ in range(2):
            await stage.remind(hours=30)
            assert (await stage.words(other)).count(sentence("claim_waits_for_you")) == 1

    async def test_others_claims_rest_with_their_answers_while_an_item_is_back_with_somebody(
        self, stage: Stage
    ) -> None:
        await stage.join(log_channel="log")
        _, found, match = await stage.matched()
        theirs = await stage.lost("my umbrella", author=EVE)
        await stage.search(theirs, found)
        claim = await stage.claim(await stage.match(theirs), found, "a scratch inside", EVE)
        await stage.remind(hours=30)

        async def seen() -> list[list[Reply]]:
            waiting = [reply for reply in await stage.thread(found) if reply.kind in {"claim", "match"}]
            return [waiting, await stage.thread(found, "moderators"), await _cards(stage, theirs)]

        before = await seen()
        assert sentence("claim_waits_for_you") in await stage.words(found)
        await stage.verdict(match, VerdictKind.CONFIRM)
        for told in (reply for reply in await stage.thread(found) if reply.kind == "claim"):
            assert (told.text(), told.buttons) == (sentence("claim_given_away"), ())
        assert sentence("claim_given_away") in (await stage.thread(found, "moderators"))[-1].text()
        assert (await _cards(stage, theirs))[-1].text().startswith(sentence("card_gone", post=""))
        for action in ("see_claim", "accept_claim", "reject_claim"):
            with pytest.raises(TellUserError, match="claim_given_away"):
                await stage.press(action, claim, BEN)
        await stage.verdict(match, VerdictKind.CONFIRM, given=False)
        assert await seen() == before
        assert "a scratch inside" in (await stage.press("see_claim", claim, BEN)).text()
        await stage.press("accept_claim", claim, BEN)

    @pytest.mark.parametrize(
        "then", ["not mine after all", "a moderator rejects it", "the owner withdraws", "its report ends"]
    )
    async def test_who_claims_what_was_promised_to_another_reads_so_until_it_is_free_again(
        self, stage: Stage, then: str
    ) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        theirs = await stage.lost("my umbrella", author=EVE)
        await stage.search(theirs, found)
        await stage.claim(await stage.match(theirs), found, "a scratch inside", EVE)
        [before] = await _cards(stage, theirs)
        assert sentence("card_claimed").replace("**", "") in before.text()
        await stage.press("accept_claim", await stage.claim(match, found), BEN)
        [promised] = await _cards(stage, theirs)
        assert sentence("card_promised").replace("**", "") in promised.text()
        [own] = await _cards(stage, lost)
        assert sentence("card_agreed").replace("**", "") in own.text()
        if then == "not mine after all":
            await stage.press("not_mine", match.id, ADA)
        elif then == "a moderator rejects it":
            await stage.verdict(match, VerdictKind.REJECT)
        elif then == "the owner withdraws":
            await stage.press("withdraw", lost.id, ADA)
        else:
            async with stage.session(lost.community) as session:
                await expire(session, lost.id, lost.expires_at)
        assert await _cards(stage, theirs) == [before]

    @pytest.mark.parametrize(("then", "key"), [("reject", "claim_overruled"), ("go to another", "claim_given_away")])
    async def test_who_is_to_claim_again_is_asked_only_while_they_can(self, stage: Stage, then: str, key: str) -> None:
        await stage.join()
        lost, found, match = await _undone(stage)
        theirs = await stage.lost("my umbrella", author=EVE)
        await stage.search(theirs, found)
        verdict = (match, VerdictKind.REJECT)
        if then == "go to another":
            verdict = (await stage.match(theirs), VerdictKind.CONFIRM)
        for given in (True, False):
            await stage.verdict(*verdict, given=given)
            words = await stage.words(lost)
            assert (sentence(key) in words, sentence("claim_again_how") in words) == (given, not given)
            assert await _offers_claim(stage, lost) is not given

    async def test_who_has_claimed_again_is_not_asked_again(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await _undone(stage)
        await stage.claim(match, found)
        for given in (True, False):
            await stage.verdict(match, VerdictKind.CONFIRM, given=given)
        assert (await stage.words(lost)).count(sentence("claim_again_how")) == 1

    async def test_what_a_new_claim_says_stays_true_once_it_is_decided(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await _undone(stage)
        await stage.press("reject_claim", await stage.claim(match, found), BEN)
        words = await stage.words(lost)
        assert sentence("claimed_again") in words
        assert "checking your answer" not in words

    async def test_nobody_is_asked_to_claim_again_once_their_report_has_ended(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        await stage.claim(match, found)
        await stage.verdict(match, VerdictKind.CONFIRM)
        async with stage.session(lost.community) as session:
            await expire(session, lost.id, lost.expires_at)
        await stage.verdict(match, VerdictKind.CONFIRM, given=False)
        assert sentence("claim_again") not in await stage.words(lost)

    async def test_an_answer_that_nobody_has_read_is_not_said_to_be_wrong(self, stage: Stage) -> None:
        await stage.join()
        _, found, match = await _undone(stage)
        for kind, key in ((VerdictKind.CONFIRM, "claim_closed_back"), (VerdictKind.REJECT, "claim_closed_overruled")):
            await stage.verdict(match, kind)
            [told] = [reply for reply in await stage.thread(found) if reply.kind == "claim"]
            assert (told.text(), told.buttons) == (sentence(key), ())

    @pytest.mark.parametrize("accepted", [True, False])
    async def test_whose_accepted_claim_went_to_another_is_told_once_the_find_ends(
        self, stage: Stage, *, accepted: bool
    ) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        claim = await stage.claim(match, found)
        if accepted:
            await stage.press("accept_claim", claim, BEN)
        theirs = await stage.lost("my umbrella", author=EVE)
        await stage.search(theirs, found)
        await stage.verdict(await stage.match(theirs), VerdictKind.CONFIRM)
        async with stage.session(found.community) as session:
            await expire(session, found.id, found.expires_at)
        assert (sentence("find_is_gone") in await stage.words(lost)) is accepted


async def _undone(stage: Stage) -> tuple[Report, Report, Match]:
    """Return a match and its reports; its claim was accepted only by a return that was undone."""
    lost, found, match = await stage.matched()
    await stage.claim(match, found)
    for given in (True, False):
        await stage.verdict(match, VerdictKind.CONFIRM, given=given)
    return lost, found, match


async def _claimed_another(stage: Stage) -> tuple[Report, Match, Report, UUID]:
    """Return a lost report, its match, and another match's found report with the claim on it."""
    lost, _, match = await stage.matched()
    other = await stage.found("another umbrella", author=BEN)
    await stage.search(lost, other)
    return lost, match, other, await stage.claim(await stage.match(other), other)


async def _offers_claim(stage: Stage, lost: Report) -> bool:
    told = [reply for reply in await stage.thread(lost) if reply.kind == "claim"]
    return any(button.action == "mine" for reply in told for button in reply.buttons)


async def _cards(stage: Stage, report: Report) -> list[Reply]:
    return [reply for reply in await stage.thread(report) if reply.kind == "match"]
