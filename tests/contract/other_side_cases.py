"""What each side learns of what another has done: cases of the handlers."""

from functools import partial
from typing import Any

import pytest

from reunite.commands import Withdraw
from reunite.entities import Label, Member, Report, VerdictKind
from reunite.errors import TellUserError
from reunite.expiry import expire
from reunite.language import sentence
from reunite.messages.reply import Person, Reply
from tests.contract.stages import ADA, BEN, MODERATOR, Stage

EVE = Member("eve", "Eve")
_ENDINGS = ("the owner withdraws", "the finder deletes the post", "the owner's time is up", "the finder's time is up")


class OtherSideCases:
    """Nobody waits for what can't come any more, and no message says what isn't true any more."""

    async def test_moderators_are_asked_to_react_only_while_a_match_is_there(self, stage: Stage) -> None:
        await stage.join()
        lost, other = await stage.lost(), await stage.lost("an umbrella of mine")
        first, second, third = [await stage.found(words) for words in ("one", "two", "three")]
        await stage.search(lost, first, second)
        await stage.search(lost, third, label=None)
        await stage.search(other, second)
        match = await stage.match(other)

        async def is_asked() -> bool:
            return sentence("moderators_react") in (await stage.thread(lost))[0].text()

        await stage.handlers.withdraw(Withdraw(target=first.target, member=BEN))
        assert await is_asked()
        await stage.verdict(match, VerdictKind.CONFIRM)
        assert not await is_asked()
        await stage.verdict(match, VerdictKind.CONFIRM, given=False)
        assert await is_asked()
        await stage.handlers.withdraw(Withdraw(target=second.target, member=BEN))
        assert not await is_asked()

    async def test_moderators_are_asked_to_react_to_nothing_that_was_declined(self, stage: Stage) -> None:
        await stage.join()
        lost, _, match = await stage.matched()
        words = sentence("moderators_react")
        assert words in (await stage.thread(lost))[0].text()
        await stage.verdict(match, VerdictKind.REJECT)
        assert words not in (await stage.thread(lost))[0].text()
        await stage.verdict(match, VerdictKind.REJECT, given=False)
        assert words in (await stage.thread(lost))[0].text()
        await stage.press("not_mine", match.id, ADA, target=lost.target)
        assert words not in (await stage.thread(lost))[0].text()

    @pytest.mark.parametrize("ending", _ENDINGS)
    @pytest.mark.parametrize("decision", ["accept_claim", None])
    async def test_the_other_side_of_a_claim_learns_that_a_report_has_ended(
        self, stage: Stage, ending: str, decision: Any
    ) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        claim = await stage.claim(match, found)
        if decision:
            await stage.press(decision, claim, BEN)
        await _end(stage, ending, lost, found)
        key, reader = ("claimant_is_gone", found) if "owner" in ending else ("find_is_gone", lost)
        last = (await stage.thread(reader))[-1]
        assert sentence(key) in last.text()
        assert [button.action for button in last.buttons] == ["withdraw"]
        assert last.quotes == {reader.id}

    @pytest.mark.parametrize("decision", ["reject_claim", "not_mine", "confirm", "reject", None])
    async def test_only_a_claim_that_waits_or_was_accepted_is_missed(self, stage: Stage, decision: Any) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        claim = await stage.claim(match, found)
        if decision:
            by = {"not_mine": ADA, "reject_claim": BEN}.get(decision, MODERATOR)
            await stage.press(decision, claim if decision == "reject_claim" else match.id, by)
        await _end(stage, _ENDINGS[1], lost, found)
        assert (sentence("find_is_gone") in await stage.words(lost)) is (decision is None)

    async def test_who_has_posted_both_sides_learns_what_they_can_do(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost(), await stage.found(author=ADA)
        await stage.search(lost, found)
        claimed = partial(stage.press, "mine", (await stage.match(lost)).id, ADA, words="a dent", target=lost.target)
        with pytest.raises(TellUserError, match="own_find"):
            await claimed()
        await claimed(is_moderator=True)
        async with stage.session(found.community) as session:
            [claim] = await session.claims.on(found.id)
        for action in ("see_claim", "accept_claim"):
            with pytest.raises(TellUserError, match="own_find"):
                await stage.press(action, claim.id, ADA)

    async def test_the_finders_card_tells_once_the_owner_has_declined_and_comes_back(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        assert sentence("label_high") in (await _card(stage, found)).text()
        await stage.press("not_mine", match.id, ADA)
        card = await _card(stage, found)
        assert card.text() == sentence("owner_folded", report=sentence("jump_report"))
        assert [button.action for button in card.buttons] == ["proof_question"]
        await stage.claim(match, found)
        assert lost.text in (await _card(stage, found)).text()

    async def test_the_finders_card_tells_once_a_moderator_has_rejected_and_comes_back(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        for given in (True, False):
            await stage.verdict(match, VerdictKind.REJECT, given=given)
            assert (lost.text in (await _card(stage, found)).text()) is not given

    @pytest.mark.parametrize("went", ["it isn't it", "to another"])
    async def test_a_rejected_claim_offers_no_try_for_what_cannot_be_claimed(self, stage: Stage, went: str) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        await stage.press("reject_claim", await stage.claim(match, found), BEN)
        verdict = (match, VerdictKind.REJECT)
        if went == "to another":
            other = await stage.lost("my umbrella", author=MODERATOR)
            await stage.search(other, found)
            verdict = (await stage.match(other), VerdictKind.CONFIRM)
        assert await _offers_try(stage, lost)
        await stage.verdict(*verdict)
        assert not await _offers_try(stage, lost)
        await stage.verdict(*verdict, given=False)
        assert await _offers_try(stage, lost)

    async def test_a_moderator_who_takes_a_verdict_back_learns_that_others_still_count(self, stage: Stage) -> None:
        await stage.join()
        _, _, match = await stage.matched()
        await stage.verdict(match, VerdictKind.CONFIRM, BEN, is_moderator=True)
        for note in ("match_confirmed", "verdict_back", "match_confirmed"):
            assert (await stage.press("confirm", match.id, MODERATOR)).text() == sentence(f"note_{note}")
        await stage.verdict(match, VerdictKind.CONFIRM, BEN, given=False)
        assert (await stage.press("confirm", match.id, MODERATOR)).text() == sentence("note_match_undecided")

    @pytest.mark.parametrize("by_word", [False, True])
    async def test_once_a_verdict_is_taken_back_the_news_names_whose_word_counts_again(
        self, stage: Stage, *, by_word: bool
    ) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        if by_word:
            await stage.press("accept_claim", await stage.claim(match, found), BEN)
            await stage.press("got_back", match.id, ADA)
            await stage.press("handed_over", match.id, BEN)
        else:
            await stage.verdict(match, VerdictKind.CONFIRM)
        for given in (True, False):
            await stage.verdict(match, VerdictKind.REJECT, EVE, is_moderator=True, given=given)
        news = sentence("returned_by_word") if by_word else sentence("returned", moderator=MODERATOR.name)
        for report in (lost, found):
            assert (await stage.thread(report))[-1].text() == news.replace("**", "")

    async def test_a_sealed_match_can_be_released_only_while_both_are_missing(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, _, match = await stage.matched()
        other = await stage.found("another umbrella", author=MODERATOR, sealed=True)
        await stage.search(lost, other, label=Label.POSSIBLE)
        offered = partial(_may_release, stage, other)
        assert await offered()
        for given in (True, False):
            await stage.verdict(match, VerdictKind.CONFIRM, given=given)
            assert await offered() is not given

    async def test_nothing_says_not_a_match_once_a_moderator_confirms(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        await stage.press("not_mine", match.id, ADA)
        await stage.verdict(match, VerdictKind.CONFIRM)
        words = await stage.words(lost, found)
        assert "Not yours" not in words
        assert sentence("owner_folded", report=sentence("jump_report")) not in words

    async def test_a_decision_counts_for_its_own_claim_only(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        _, found, match = await stage.matched()
        await stage.claim(match, found)
        for given in (True, False):
            await stage.verdict(match, VerdictKind.REJECT, given=given)
        await stage.press("reject_claim", await stage.claim(match, found), BEN)
        assert (await stage.words(found)).count("Rejected by Ben Nevis") == 1

    async def test_a_moderator_who_is_forgotten_stays_unnamed(self, stage: Stage) -> None:
        workspace = await stage.join(log_channel="log")
        lost, found, match = await stage.matched()
        await stage.press("reject_claim", await stage.claim(match, found), MODERATOR)
        assert MODERATOR.name in await stage.words(lost, found)
        await stage.press("forget", workspace.id, MODERATOR)
        for given in (True, False):
            await stage.verdict(match, VerdictKind.CONFIRM, BEN, is_moderator=True, given=given)
        assert MODERATOR.name not in await stage.words(lost, found)
        assert "Someone says your answer doesn't match." in await stage.words(lost)

    async def test_a_reminder_of_an_accepted_claim_says_how_it_goes_on(self, stage: Stage) -> None:
        await stage.join()
        _, found, match = await stage.matched()
        claim = await stage.claim(match, found)
        await stage.remind(25)
        await stage.press("accept_claim", claim, BEN)
        assert (await stage.thread(found))[-1].text() == sentence("claim_closed_accepted")

    @pytest.mark.parametrize(
        ("action", "key"), [("reject_claim", "claim_closed_rejected"), ("not_mine", "claim_closed_withdrawn")]
    )
    async def test_a_reminder_of_a_claim_ends_with_it(self, stage: Stage, action: Any, key: str) -> None:
        await stage.join()
        _, found, match = await stage.matched()
        claim = await stage.claim(match, found)
        await stage.remind(25)
        assert (await stage.thread(found))[-1].text().endswith(sentence("does_answer_match"))
        is_finders = action == "reject_claim"
        await stage.press(action, claim if is_finders else match.id, BEN if is_finders else ADA)
        reminder = (await stage.thread(found))[-1]
        assert (reminder.text(), reminder.buttons) == (sentence(key), ())

    async def test_what_is_back_is_said_to_be_back_whatever_was_answered(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        await stage.claim(match, found)
        for given in (True, False):
            await stage.verdict(match, VerdictKind.CONFIRM, given=given)
            assert (sentence("claim_closed_back") in await stage.words(found)) is given
            assert (sentence("card_back").replace("**", "") in await stage.words(lost)) is given
            assert sentence("claim_closed_accepted") not in await stage.words(found)

    @pytest.mark.parametrize("then", ["undone", "rejected"])
    async def test_the_news_of_a_return_goes_with_the_return(self, stage: Stage, then: str) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        await stage.verdict(match, VerdictKind.CONFIRM)
        for report in (lost, found):
            await stage.deliver(report)
            assert (await stage.kinds(report))[-1] == "returned"
        if then == "undone":
            await stage.verdict(match, VerdictKind.CONFIRM, given=False)
        await stage.verdict(match, VerdictKind.REJECT)
        for report in (lost, found):
            assert "returned" not in await stage.kinds(report)  # it would contradict what follows
            assert (await stage.kinds(report))[-1] == "rejected"

    async def test_a_claimed_card_says_whose_it_is(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        await stage.claim(match, found)
        card = next(reply for reply in await stage.thread(lost) if reply.kind == "match")
        assert card.text().splitlines()[:2] == [ADA.name, sentence("card_claimed").replace("**", "")]
        assert not any(isinstance(span, Person) and span.notify for line in card.lines for span in line)

    async def test_nobody_is_asked_about_what_they_have_said_is_not_theirs(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        await stage.press("accept_claim", await stage.claim(match, found), BEN)
        await stage.remind(99)
        assert sentence("is_it_back") in await stage.words(lost)
        await stage.press("not_mine", match.id, ADA)
        assert sentence("is_it_back") not in await stage.words(lost)
        told = [reply for reply in await stage.thread(lost) if reply.kind == "claim"]
        assert not any(reply.buttons for reply in told)


async def _end(stage: Stage, ending: str, lost: Report, found: Report) -> None:
    if ending == "the owner withdraws":
        await stage.press("withdraw", lost.id, ADA)
    elif ending == "the finder deletes the post":
        await stage.handlers.withdraw(Withdraw(target=found.target, member=None))
    else:
        ended = lost if "owner" in ending else found
        async with stage.session(ended.community) as session:
            await expire(session, ended.id, ended.expires_at)


async def _card(stage: Stage, found: Report) -> Reply:
    """Return the only card in a finder's thread."""
    [card] = [reply for reply in await stage.thread(found) if reply.kind == "match"]
    return card


async def _offers_try(stage: Stage, lost: Report) -> bool:
    told = [reply for reply in await stage.thread(lost) if reply.kind == "claim"][-1]
    return any(button.action == "mine" for button in told.buttons)


async def _may_release(stage: Stage, found: Report) -> bool:
    [logged] = await stage.thread(found, "moderators")
    return "release" in [button.action for button in logged.buttons]
