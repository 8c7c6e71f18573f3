"""A claim whose owner gets theirs back by another match: cases of the handlers."""

from uuid import UUID

import pytest

from reunite.entities import Match, Member, Report, VerdictKind
from reunite.errors import TellUserError
from reunite.language import sentence
from reunite.messages.reply import Reply
from tests.contract.stages import BEN, Stage

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


async def _claimed_another(stage: Stage) -> tuple[Report, Match, Report, UUID]:
    """Return a lost report, its match, and another match's found report with the claim on it."""
    lost, _, match = await stage.matched()
    other = await stage.found("another umbrella", author=BEN)
    await stage.search(lost, other)
    return lost, match, other, await stage.claim(await stage.match(other), other)


async def _cards(stage: Stage, report: Report) -> list[Reply]:
    return [reply for reply in await stage.thread(report) if reply.kind == "match"]
