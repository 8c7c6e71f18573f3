"""What an owner or a moderator has said no to: cases of the handlers."""

import pytest

from db.api_tokens import ApiTokens
from reunite.entities import ClaimState, Label, Member, Question, ReplyTarget, VerdictKind
from reunite.errors import TellUserError
from reunite.language import sentence
from tests.contract.questions import ask
from tests.contract.stages import ADA, Stage


class DeclinedCases:
    """Declining what a gallery, a card or a question shows, and rejections."""

    async def test_a_second_press_declines_nothing_that_nobody_has_seen(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost(), [await stage.found(str(number)) for number in range(8)]
        await stage.search(lost, *found, label=None)
        for declined in (6, 6):
            await stage.press("none_of_these", lost.id, ADA)
            assert sum(match.declined for match in await stage.matches(lost)) == declined
        await stage.deliver(lost)
        await stage.press("none_of_these", lost.id, ADA)
        assert sum(match.declined for match in await stage.matches(lost)) == 8

    async def test_none_below_the_question_declines_what_it_asks_about(self, stage: Stage) -> None:
        await stage.join()
        lost, *near = [await stage.lost(), await stage.found("1"), await stage.found("2")]
        await stage.search(lost, *near, label=None)
        asked = [await stage.found("3"), await stage.found("4")]
        await stage.search(lost, *asked, label=Label.POSSIBLE)
        await ask(stage, lost, Question("colour", ("red", "blue")))
        [question] = [reply for reply in await stage.thread(lost) if reply.kind == "question"]
        await stage.press(question.buttons[0].action, lost.id, ADA)
        assert {match.found for match in await stage.matches(lost) if match.declined} == {one.id for one in asked}
        [question] = [reply for reply in await stage.thread(lost) if reply.kind == "question"]
        assert (question.text(), question.buttons) == (sentence("question_over"), ())

    async def test_what_was_declined_by_its_card_is_never_offered_again(self, stage: Stage) -> None:
        await stage.join()
        lost, *found = [await stage.lost(), await stage.found("1"), await stage.found("2"), await stage.found("3")]
        await stage.search(lost, *found, label=None)
        for other in found[:2]:
            [match] = [match for match in await stage.matches(lost) if match.found == other.id]
            await stage.press("not_mine", match.id, ADA)
        await stage.search(lost, found[1], label=Label.HIGH)
        [second] = [match for match in await stage.matches(lost) if match.found == found[1].id]
        assert (second.declined, await stage.thread(found[1])) == (True, [])

    async def test_a_confirmed_match_is_not_declined(self, stage: Stage) -> None:
        await stage.join()
        lost, _, match = await stage.matched()
        await stage.verdict(match, VerdictKind.CONFIRM)
        with pytest.raises(TellUserError, match="report_closed"):
            await stage.press("not_mine", match.id, ADA)
        assert not (await stage.match(lost)).declined

    async def test_a_match_that_its_owner_has_declined_stays_declined(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        await stage.press("not_mine", match.id, ADA)
        folded = await stage.words(lost, found)
        await stage.search(lost, found, label=Label.HIGH)
        assert (await stage.match(lost)).declined
        assert await stage.words(lost, found) == folded

    async def test_what_is_not_one_owners_thing_on_a_list_may_be_anothers(self, stage: Stage) -> None:
        place = await stage.join()
        listed = await ApiTokens(stage.store).workspace(place.community)
        imported, found = Member("import", "Import"), await stage.found()
        lost, others = [
            await stage.lost(author=imported, target=ReplyTarget("api", listed, "lost", name)) for name in ("1", "2")
        ]
        await stage.search(lost, found)
        await stage.verdict(await stage.match(lost), VerdictKind.REJECT)
        async with stage.session(lost.community) as session:
            assert await session.matches.ruled_out(lost.id) == {found.id}
            assert await session.matches.ruled_out(others.id) == set()
            assert await session.matches.ruled_out(found.id) == {lost.id}

    async def test_a_rejection_says_nothing_of_a_private_report_to_its_finder(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found = await stage.lost(private=True), await stage.found()
        await stage.search(lost, found)
        match = await stage.match(lost)
        await stage.claim(match, found)
        before = await stage.kinds(found)
        for given in (True, False):
            await stage.verdict(match, VerdictKind.REJECT, given=given)
            assert await stage.kinds(found) == before

    async def test_a_claim_that_a_mistaken_rejection_closed_is_asked_for_again(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        await stage.claim(match, found)
        for given in (True, False):
            await stage.verdict(match, VerdictKind.REJECT, given=given)
            assert (sentence("claim_again") in await stage.words(lost)) is not given
        await stage.claim(match, found)
        assert (await stage.match(lost)).claim is ClaimState.OPEN
