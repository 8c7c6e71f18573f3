"""How an item goes back to its owner."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from reunite.commands import EditReport, Press, Withdraw
from reunite.entities import Match, MatchState, Member, Report, ReportState, VerdictKind
from reunite.errors import TellUserError
from reunite.handover import note_no_conversation
from reunite.language import plural, sentence
from reunite.messages.reply import Action, Ask, Person, Reply
from reunite.rules import MAX_CLAIMS
from tests.contract.stages import ADA, BEN, MODERATOR, Stage

PLACE, CODE = "Reception", "L1920"
GOT_BACK: tuple[Action, Member, str] = ("got_back", ADA, "is_that_right")
HANDED_OVER: tuple[Action, Member, str] = ("handed_over", BEN, "do_you_have_it")


class HandoverCases:
    """An accepted claim, and what follows."""

    async def test_an_accepted_claim_begins_a_conversation_of_the_two(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await accepted(stage)
        [begun] = await stage.thread(lost, "pair")
        assert (begun.kind, set(begun.people("web"))) == ("handover", {ADA.id, BEN.id})
        assert [button.action for button in begun.buttons] == ["got_back", "handed_over", "whereabouts"]
        assert begun.quotes == {lost.id, found.id}
        assert [actions(reply)[-1] for reply in (await replies_to(stage, lost), await replies_to(stage, found))] == [
            ("got_back", "where_is_it"),
            ("handed_over", "whereabouts"),
        ]
        await stage.handlers.withdraw(Withdraw(target=lost.target))
        assert await stage.thread(lost, "pair") == []
        assert (await stage.match(found)).id == match.id

    async def test_a_conversation_about_something_else_says_so(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await accepted(stage)
        await stage.verdict(match, VerdictKind.REJECT)
        [over] = await stage.thread(lost, "pair")
        assert sentence("pair_rejected", owner="Ada Lovelace", finder="Ben Nevis") in over.text()
        assert over.buttons == ()
        assert (await stage.match(found)).id == match.id

    async def test_the_conversation_says_that_it_is_back_and_no_longer_where_it_is(self, stage: Stage) -> None:
        await stage.join()
        lost, _, match = await accepted(stage)
        [before] = await stage.thread(lost, "pair")
        assert sentence("kept_by_finder") in before.text()
        await stage.verdict(match, VerdictKind.CONFIRM)
        [back] = await stage.thread(lost, "pair")
        assert sentence("pair_back", owner="Ada Lovelace", finder="Ben Nevis") in back.text()
        assert sentence("kept_by_finder") not in back.text()
        await stage.verdict(match, VerdictKind.CONFIRM, given=False)
        assert await stage.thread(lost, "pair") == [before]

    async def test_the_owners_card_follows_what_becomes_of_an_accepted_claim(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await accepted(stage)
        other = await stage.lost("an umbrella of mine", author=MODERATOR)
        await stage.search(other, found)
        agreed = sentence("card_agreed").replace("**", "")
        card = await card_of(stage, lost)
        assert agreed in card.text()
        others = await stage.match(other)
        for decided, kind, words in (
            (match, VerdictKind.REJECT, "Not yours"),
            (others, VerdictKind.CONFIRM, "gone back to its owner"),
        ):
            await stage.verdict(decided, kind)
            assert await card_of(stage, lost) != card
            assert words in (await card_of(stage, lost)).text()
            assert not (await card_of(stage, lost)).buttons
            await stage.verdict(decided, kind, given=False)
            assert await card_of(stage, lost) == card

    async def test_changed_words_leave_a_claimed_card_claimed_and_a_declined_one_folded(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        await stage.press("not_mine", match.id, ADA)
        folded = await card_of(stage, lost)
        await stage.handlers.edit(EditReport(target=found.target, text="an umbrella of wool"))
        assert await card_of(stage, lost) == folded
        await stage.claim(match, found)
        await stage.handlers.edit(EditReport(target=found.target, text="an umbrella of silk"))
        card = await card_of(stage, lost)
        assert sentence("card_claimed").replace("**", "") in card.text()
        assert "of silk" in card.text()
        assert actions([card]) == [("not_mine",)]

    async def test_a_claim_can_be_withdrawn_before_the_finder_has_looked(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, match = await stage.matched()
        claim = await stage.claim(match, found)
        note = await stage.press("not_mine", match.id, ADA)
        assert actions([note]) == [("mine",)]
        assert "Not yours" in (await card_of(stage, lost)).text()
        assert sentence("claim_closed_withdrawn") in await stage.words(found)
        assert sentence("claim_gone") not in await stage.words(found)
        assert sentence("claim_is_withdrawn") in await stage.words(found)  # for moderators
        with pytest.raises(TellUserError, match="nothing_here"):
            await stage.press("see_claim", claim, BEN)
        await stage.remind(99)
        assert sentence("claim_waits_for_you") not in await stage.words(found)
        await stage.claim(match, found)
        assert sentence("card_claimed").replace("**", "") in (await card_of(stage, lost)).text()

    async def test_an_accepted_claim_that_is_withdrawn_ends_the_conversation_and_tells_the_finder(
        self, stage: Stage
    ) -> None:
        await stage.join()
        lost, found, match = await accepted(stage)
        await stage.press("got_back", match.id, ADA)
        await stage.press("not_mine", match.id, ADA)
        [talk] = await stage.thread(lost, "pair")
        assert (sentence("pair_withdrawn", owner="Ada Lovelace", finder="Ben Nevis") in talk.text(), talk.buttons) == (
            True,
            (),
        )
        told = (await replies_to(stage, found))[-1]
        assert (sentence("claim_gone") in told.text(), list(told.people("web"))) == (True, [BEN.id])
        assert {Ask(sentence("claim_gone_how"))} == {span for line in told.lines for span in line if type(span) is Ask}
        assert sentence("claim_withdrawn") in await stage.words(lost)
        with pytest.raises(TellUserError, match="nothing_here"):
            await stage.press("handed_over", match.id, BEN)
        assert await stage.state(found) is ReportState.OPEN

    async def test_a_second_claim_is_asked_about_like_the_first(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, match = await accepted(stage)
        for said, (action, by, asked) in enumerate((GOT_BACK, HANDED_OVER, GOT_BACK), start=1):
            reader = found if by is ADA else lost
            async with stage.session(lost.community) as session:
                await note_no_conversation(session, match.id)
            for thread in (lost, found):
                texts = [reply.text() for reply in await stage.thread(thread)]
                assert texts.count(sentence("no_pair")) == said
            assert (await stage.press(action, match.id, by)).text() == sentence("note_word_waits")
            assert sentence(asked) in await stage.words(reader)
            if said < MAX_CLAIMS:
                await stage.press("not_mine", match.id, ADA)
                assert sentence(asked) not in await stage.words(reader)
                await stage.press("accept_claim", await stage.claim(match, found), BEN)
        await stage.press("handed_over", match.id, BEN)
        assert await stage.state(found) is ReportState.RETURNED

    async def test_a_conversation_that_fails_after_the_claim_is_withdrawn_concerns_nobody(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await accepted(stage)
        await stage.press("not_mine", match.id, ADA)
        async with stage.session(lost.community) as session:
            await note_no_conversation(session, match.id)
        assert sentence("no_pair") not in await stage.words(lost, found)

    async def test_what_is_returned_cannot_be_said_not_to_be_ones_own(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await accepted(stage)
        await stage.verdict(match, VerdictKind.CONFIRM)
        assert not (await card_of(stage, lost)).buttons
        with pytest.raises(TellUserError, match="report_closed"):
            await stage.press("not_mine", match.id, ADA)
        assert await stage.state(found) is ReportState.RETURNED

    async def test_without_a_try_left_no_claim_is_offered(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        for _ in range(3):
            assert ("mine", "not_mine") in actions([await card_of(stage, lost)])
            await stage.press("reject_claim", await stage.claim(match, found), BEN)
        card = await card_of(stage, lost)
        assert (actions([card]), sentence("no_attempts_left") in card.text()) == ([("not_mine",)], True)
        assert not any("mine" in each for each in actions(await stage.thread(lost)))
        note = await stage.press("not_mine", match.id, ADA)
        assert (note.text(), note.buttons) == (sentence("note_not_again"), ())
        assert not (await card_of(stage, lost)).buttons

    async def test_only_the_latest_rejection_asks_for_another_answer(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        for tries in (2, 1):
            await stage.press("reject_claim", await stage.claim(match, found), BEN)
            assert (await stage.words(lost)).count(plural("attempts_left", tries, "en")) == 1
        assert (await stage.words(lost)).count(sentence("earlier_answer_rejected")) == 1
        claim = await stage.claim(match, found)
        for press in (("accept_claim", claim, BEN), ("got_back", match.id, ADA), ("handed_over", match.id, BEN)):
            words = await stage.words(lost)
            assert words.count(sentence("earlier_answer_rejected")) == 2
            assert not {plural("attempts_left", left, "en") for left in (1, 2)} & set(words.splitlines())
            assert "mine" not in offered(await stage.thread(lost))
            await stage.press(*press)

    async def test_a_rejection_asks_nothing_once_a_moderator_says_that_it_is_back(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        await stage.press("reject_claim", await stage.claim(match, found), BEN)
        await stage.verdict(match, VerdictKind.CONFIRM)
        words = await stage.words(lost)
        assert sentence("earlier_answer_rejected") in words
        assert plural("attempts_left", 2, "en") not in words

    @pytest.mark.parametrize("last", ["reject_claim", "not_mine"])
    async def test_no_message_offers_a_fourth_try(self, stage: Stage, last: Any) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        folded, other = await stage.lost("an umbrella of mine"), await stage.lost("my umbrella of wool")
        for report in (folded, other):
            await stage.search(report, found)
        await stage.press("not_mine", (await stage.match(folded)).id, ADA)
        await stage.press("reject_claim", await stage.claim(await stage.match(other), found), BEN)
        await stage.press("reject_claim", await stage.claim(match, found), BEN)
        for report in (lost, folded, other):
            assert "mine" in offered(await stage.thread(report))
        claim = await stage.claim(match, found)
        by, subject = (BEN, claim) if last == "reject_claim" else (ADA, match.id)
        await stage.press(last, subject, by)
        for report in (lost, folded, other):
            assert "mine" not in offered(await stage.thread(report))
        assert sentence("no_attempts_left") in (await card_of(stage, other)).text()
        assert "Not yours" in (await card_of(stage, folded)).text()
        told = "no_attempts_left" if last == "reject_claim" else "earlier_answer_rejected"
        assert sentence(told) in await stage.words(lost)

    @pytest.mark.parametrize(
        ("by", "refusal"), [(Member("mallory", "Mallory"), "only_owner"), (BEN, "only_owner"), (ADA, "claim_waits")]
    )
    async def test_a_form_is_refused_to_those_who_would_fill_it_in_for_nothing(
        self, stage: Stage, by: Member, refusal: str
    ) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        press = Press(target=lost.target, member=ADA, is_moderator=False, action="mine", subject=match.id, key="1")
        await stage.handlers.forms.check(press)
        await stage.claim(match, found)
        with pytest.raises(TellUserError, match=refusal):
            await stage.handlers.forms.check(replace(press, member=by))
        own: tuple[tuple[Action, Report, Member], ...] = (("add_detail", lost, ADA), ("proof_question", found, BEN))
        for action, report, author in own:
            asked = replace(press, action=action, subject=report.id)
            await stage.handlers.forms.check(replace(asked, member=author))
            with pytest.raises(TellUserError, match="only_"):
                await stage.handlers.forms.check(replace(asked, member=Member("mallory", "Mallory")))
        with pytest.raises(TellUserError, match="nothing_here"):
            await stage.handlers.forms.check(replace(press, subject=lost.id))

    async def test_no_form_opens_for_what_is_over_or_not_shown(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, match = await stage.matched(sealed=True)
        claim = Press(target=lost.target, member=ADA, is_moderator=False, action="mine", subject=match.id, key="1")
        with pytest.raises(TellUserError, match="nothing_here"):
            await stage.handlers.forms.check(claim)
        await stage.press("release", match.id, MODERATOR)
        await stage.handlers.forms.check(claim)
        kept = replace(claim, action="whereabouts", subject=found.id, member=BEN)
        await stage.handlers.forms.check(kept)
        with pytest.raises(TellUserError, match="nothing_here"):
            await stage.handlers.forms.check(replace(kept, subject=lost.id, member=ADA))
        await stage.verdict(match, VerdictKind.CONFIRM)
        with pytest.raises(TellUserError, match="report_closed"):
            await stage.handlers.forms.check(claim)
        over: tuple[tuple[Action, Report, Member], ...] = (
            ("whereabouts", found, BEN),
            ("proof_question", found, BEN),
            ("add_photo", found, BEN),
            ("add_detail", lost, ADA),
        )
        for action, report, author in over:
            with pytest.raises(TellUserError, match="closed_returned"):
                await stage.handlers.forms.check(replace(claim, action=action, subject=report.id, member=author))

    @pytest.mark.parametrize("first", ["got_back", "handed_over"])
    async def test_it_is_returned_once_both_say_so(self, stage: Stage, first: Any) -> None:
        await stage.join(log_channel="log")
        lost, found, match = await accepted(stage)
        speakers: dict[Any, Member] = {"got_back": ADA, "handed_over": BEN}
        [second] = speakers.keys() - {first}
        private_reply = await stage.press(first, match.id, speakers[first])
        assert private_reply.text() == sentence("note_word_waits")
        assert await stage.state(lost) is ReportState.OPEN
        asked = await stage.thread(found if first == "got_back" else lost)
        assert [button.action for button in asked[-1].buttons] == [second]
        private_reply = await stage.press(second, match.id, speakers[second])
        assert private_reply.text() == sentence("note_word_counts")
        assert {await stage.state(report) for report in (lost, found)} == {ReportState.RETURNED}
        assert (await stage.kinds(lost))[-1] == (await stage.kinds(found))[-1] == "returned"
        shown = [
            reply.text() for reply in await stage.thread(found, "moderators")
        ]  # the match's line, the claim's card
        assert [sentence("log_by_word") in message for message in shown] == [True, True]
        assert (await stage.press(second, match.id, speakers[second])).text() == sentence("note_word_back")
        assert {await stage.state(report) for report in (lost, found)} == {ReportState.OPEN}
        assert (await stage.kinds(lost))[-1] == "reopened"
        hows = {"got_back": (lost, "claim_accepted_how"), "handed_over": (found, "claim_closed_how")}
        for action, (report, how) in hows.items():  # whose word stands isn't asked for it: that would undo it
            words = "\n".join(reply.text() for reply in await stage.thread(report))
            assert (sentence(how) in words) is (action == second)

    @pytest.mark.parametrize("by", ["word", "moderator"])
    async def test_what_is_returned_asks_for_nothing_until_that_is_taken_back(self, stage: Stage, by: str) -> None:
        await stage.join(log_channel="log")
        lost, found, match = await accepted(stage)
        await stage.press("got_back", match.id, ADA)
        before = await shown_to_both(stage, lost, found)
        undo: list[Action] = []
        if by == "word":
            await stage.press("handed_over", match.id, BEN)
            undo = ["got_back", "handed_over"]
        else:
            await stage.verdict(match, VerdictKind.CONFIRM)
        returned = await shown_to_both(stage, lost, found)
        assert [button.action for reply in returned for button in reply.buttons] == undo
        words = "\n".join(reply.text() for reply in returned)
        for question in ("is_that_right", "claim_closed_how", "pair_ends"):
            assert sentence(question) in "\n".join(reply.text() for reply in before)
            assert sentence(question) not in words
        assert {"confirm", "reject"} <= offered(await stage.thread(found, "moderators"))
        if by == "word":
            await stage.press("handed_over", match.id, BEN)
        else:
            await stage.verdict(match, VerdictKind.CONFIRM, given=False)
        again = [
            reply for reply in await shown_to_both(stage, lost, found) if reply.kind not in {"returned", "reopened"}
        ]
        assert again == before

    async def test_only_the_news_of_the_latest_return_can_be_undone(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await accepted(stage)
        await stage.press("got_back", match.id, ADA)
        for _ in range(3):
            await stage.press("handed_over", match.id, BEN)
        for report, undo in ((lost, "got_back"), (found, "handed_over")):
            news = [reply for reply in await stage.thread(report) if reply.kind == "returned"]
            assert [[button.action for button in reply.buttons] for reply in news] == [[undo]]

    async def test_what_the_other_side_takes_back_is_not_asked_about(self, stage: Stage) -> None:
        await stage.join()
        _, found, match = await accepted(stage)
        for said in (True, False, True):
            await stage.press("got_back", match.id, ADA)
            words = await stage.words(found)
            assert (sentence("is_that_right") in words, sentence("owner_unsaid") in words) == (said, not said)

    @pytest.mark.parametrize("kind", ["lost", "found"])
    async def test_what_has_ended_asks_for_nothing(self, stage: Stage, kind: str) -> None:
        await stage.join()
        report = await (stage.lost() if kind == "lost" else stage.found())
        await stage.search(report)
        assert "withdraw" in offered(await stage.thread(report))
        await stage.press("withdraw", report.id, report.author)
        assert not offered(await stage.thread(report))

    async def test_one_word_is_enough_where_the_community_says_so(self, stage: Stage) -> None:
        await stage.join(returned_by="either")
        lost, _, match = await accepted(stage)
        await stage.press("handed_over", match.id, BEN)
        assert await stage.state(lost) is ReportState.RETURNED

    async def test_only_a_moderator_counts_where_the_community_says_so(self, stage: Stage) -> None:
        await stage.join(returned_by="moderators")
        lost, found, match = await accepted(stage)
        threads = [await replies_to(stage, lost), await replies_to(stage, found), await stage.thread(lost, "pair")]
        offered = {button.action for thread in threads for reply in thread for button in reply.buttons}
        assert offered.isdisjoint({"got_back", "handed_over"})
        for action, member in (("got_back", ADA), ("handed_over", BEN)):
            await stage.press(action, match.id, member)  # type: ignore[arg-type]
        assert await stage.state(lost) is ReportState.OPEN

    async def test_a_moderators_verdict_outweighs_the_word_of_the_two(self, stage: Stage) -> None:
        await stage.join()
        lost, _, match = await accepted(stage)
        await stage.press("got_back", match.id, ADA)
        await stage.press("handed_over", match.id, BEN)
        assert not await stage.verdict(match, VerdictKind.CONFIRM)
        assert not await stage.verdict(match, VerdictKind.CONFIRM, given=False)
        assert await stage.state(lost) is ReportState.RETURNED
        assert await stage.verdict(match, VerdictKind.REJECT)
        assert (await stage.match(lost)).state is MatchState.REJECTED
        assert await stage.state(lost) is ReportState.OPEN

    @pytest.mark.parametrize("action", ["got_back", "handed_over"])
    async def test_the_two_peoples_word_is_shown_with_a_verdict(self, stage: Stage, action: Any) -> None:
        await stage.join(log_channel="log", returned_by="either")
        _, found, match = await accepted(stage)
        assert await stage.verdict(match, VerdictKind.CONFIRM)
        [line] = await lines(stage, found)
        await stage.press(action, match.id, ADA if action == "got_back" else BEN)
        assert await lines(stage, found) == [line]
        card = (await claim_card(stage, found)).text()
        assert sentence(f"log_{'got_back' if action == 'got_back' else 'handed_over'}") in card
        assert sentence("log_confirmed", moderator=MODERATOR.name) in card

    async def test_moderators_read_whose_verdict_counts(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        _, found, match = await stage.matched(text="an umbrella of silk")
        other = Member("lee", "Lee Second")
        for by, kind, given, counts in (
            (MODERATOR, VerdictKind.CONFIRM, True, ("log_confirmed", MODERATOR)),
            (other, VerdictKind.REJECT, True, ("log_rejected", other)),
            (other, VerdictKind.REJECT, False, ("log_confirmed", MODERATOR)),
        ):
            assert await stage.verdict(match, kind, by, given=given, is_moderator=True)
            [line] = await lines(stage, found)
            assert sentence(counts[0], moderator=counts[1].name) in line.text()

    async def test_a_new_text_leaves_the_moderators_name_beside_it(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        _, found, match = await stage.matched()
        await stage.verdict(match, VerdictKind.REJECT)
        await stage.handlers.edit(EditReport(target=found.target, text="an umbrella of wool"))
        [line] = await lines(stage, found)
        assert "of wool" in line.text()
        assert sentence("log_rejected", moderator=MODERATOR.name) in line.text()

    async def test_a_forgotten_moderator_is_not_named_again(self, stage: Stage) -> None:
        workspace = await stage.join(log_channel="log")
        _, found, match = await stage.matched()
        await stage.verdict(match, VerdictKind.REJECT, Member("lee", "Lee Second"), is_moderator=True)
        await stage.press("forget", workspace.id, Member("lee", "Lee Second"))
        await stage.handlers.edit(EditReport(target=found.target, text="an umbrella of wool"))
        [line] = await lines(stage, found)
        assert sentence("log_rejected", moderator=sentence("unknown_member")) in line.text()

    async def test_a_refused_match_is_not_released(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, match = await stage.matched(sealed=True)
        await stage.verdict(match, VerdictKind.REJECT)
        before = await stage.words(lost, found)
        with pytest.raises(TellUserError, match="match_rejected"):
            await stage.press("release", match.id, MODERATOR)
        assert await stage.words(lost, found) == before

    @pytest.mark.parametrize(("here", "elsewhere"), [("either", "moderators"), ("moderators", "either")])
    async def test_the_found_items_workspace_decides_who_returns_it(
        self, stage: Stage, here: str, elsewhere: str
    ) -> None:
        await stage.join(returned_by=here)
        await stage.join("there", returned_by=elsewhere)
        await stage.handlers.link("web", "there", await stage.handlers.link_code("web", "here"))
        found = await stage.found()
        there = replace(found.target, workspace="there", message="1")
        lost = await stage.lost(target=there)
        await stage.search(lost, found)
        match = await stage.match(lost)
        await stage.press("accept_claim", await stage.claim(match, found), BEN)
        await stage.press("got_back", match.id, ADA, target=there)
        assert await stage.state(lost) is (ReportState.RETURNED if here == "either" else ReportState.OPEN)

    async def test_nobody_speaks_for_another_or_too_soon(self, stage: Stage) -> None:
        await stage.join()
        _, found, match = await stage.matched()
        for action in ("got_back", "handed_over", "where_is_it"):
            with pytest.raises(TellUserError, match="nothing_here"):
                await stage.press(action, match.id, ADA)
        await stage.press("accept_claim", await stage.claim(match, found), BEN)
        with pytest.raises(TellUserError, match="only_owner"):
            await stage.press("got_back", match.id, BEN)
        with pytest.raises(TellUserError, match="only_finder"):
            await stage.press("handed_over", match.id, ADA)
        with pytest.raises(TellUserError, match="only_owner"):
            await stage.press("where_is_it", match.id, Member("eve", "Eve"))
        with pytest.raises(TellUserError, match="only_finder"):
            await stage.press("whereabouts", found.id, ADA, words=PLACE)
        with pytest.raises(TellUserError, match="whereabouts_place"):
            await stage.press("whereabouts", found.id, BEN, code=CODE)

    async def test_where_it_is_reaches_the_owner_alone_and_after_the_claim(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, match = await stage.matched()
        await stage.press("whereabouts", found.id, BEN, words=f" {PLACE} ", code=CODE)
        await stage.press("accept_claim", await stage.claim(match, found), BEN)
        assert PLACE not in await stage.words(lost, found)
        [begun] = await stage.thread(lost, "pair")
        asked = await stage.press("where_is_it", match.id, ADA)
        for shown in (begun.text(), asked.text()):
            assert sentence("kept_there_code", place=PLACE, code=CODE) in shown
        await stage.press("whereabouts", found.id, BEN)
        [now] = await stage.thread(lost, "pair")
        assert sentence("kept_by_finder") in now.text()
        assert (await stage.press("where_is_it", match.id, MODERATOR)).text() == sentence("kept_by_finder")

    @pytest.mark.parametrize("how", ["refused", "returned to another"])
    async def test_where_it_is_is_hidden_from_whose_claim_counts_no_more(self, stage: Stage, how: str) -> None:
        await stage.join()
        lost, found, match = await accepted(stage)
        await stage.press("whereabouts", found.id, BEN, words=PLACE, code=CODE)
        decided, kind = match, VerdictKind.REJECT
        if how != "refused":
            theirs = await stage.lost(author=Member("eve", "Eve"))
            await stage.search(theirs, found)
            decided, kind = await stage.match(theirs), VerdictKind.CONFIRM
        assert await stage.verdict(decided, kind)
        for action in ("where_is_it", "got_back"):
            with pytest.raises(TellUserError, match="nothing_here"):
                await stage.press(action, match.id, ADA)
        [reply] = await stage.thread(lost, "pair")
        assert (PLACE in reply.text(), reply.buttons) == (False, ())
        assert await stage.verdict(decided, kind, given=False)
        assert CODE in (await stage.press("where_is_it", match.id, ADA)).text()
        [reply] = await stage.thread(lost, "pair")
        assert CODE in reply.text()

    async def test_a_place_stored_after_a_rejection_reaches_nobody(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await accepted(stage)
        await stage.verdict(match, VerdictKind.REJECT)
        await stage.press("whereabouts", found.id, BEN, words=PLACE, code=CODE)
        [reply] = await stage.thread(lost, "pair")
        assert PLACE not in reply.text()

    async def test_a_refused_match_cannot_be_claimed_again(self, stage: Stage) -> None:
        await stage.join()
        _, _, match = await stage.matched()
        await stage.verdict(match, VerdictKind.REJECT)
        with pytest.raises(TellUserError, match="nothing_here"):
            await stage.press("mine", match.id, ADA, words="a scratch inside")

    async def test_where_it_is_is_forgotten_with_the_report(self, stage: Stage) -> None:
        await stage.join()
        found = await stage.found()
        await stage.press("whereabouts", found.id, BEN, words=PLACE, code=CODE)
        exported = await stage.handlers.export("web", "here", BEN)
        assert exported["reports"][0]["whereabouts"] == {"place": PLACE, "code": CODE}
        await stage.handlers.withdraw(Withdraw(target=found.target))
        async with stage.session(found.community) as session:
            assert (await session.claims.whereabouts(found.id)).place == ""

    async def test_an_export_tells_what_a_member_said_about_matches(self, stage: Stage) -> None:
        await stage.join()
        _, _, match = await accepted(stage)
        for action, by, words in (
            ("pick", ADA, {"picked": True, "declined": False, "got_back": False}),
            ("got_back", ADA, {"picked": True, "declined": False, "got_back": True}),
            ("not_mine", ADA, {"picked": True, "declined": True, "got_back": False}),
        ):
            assert (await stage.handlers.export("web", "here", BEN))["reports"][0]["matches"] == []
            await stage.press(action, match.id, by)  # type: ignore[arg-type]
            exported = await stage.handlers.export("web", "here", by)
            assert exported["reports"][0]["matches"] == [{"match": str(match.id), **words}]
        _, _, other = await accepted(stage)
        await stage.press("handed_over", other.id, BEN)
        exported = await stage.handlers.export("web", "here", BEN)
        said = [match for report in exported["reports"] for match in report["matches"]]
        assert said == [{"match": str(other.id), "handed_over": True}]

    async def test_without_a_conversation_both_threads_say_so_once(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, match = await accepted(stage, sealed=True)
        for _ in range(2):
            async with stage.session(lost.community) as session:
                await note_no_conversation(session, match.id)
        for report in (lost, found):
            texts = [reply.text() for reply in await stage.thread(report)]
            assert texts.count(sentence("no_pair")) == 1
        public = [*(await stage.thread(lost)), *(await stage.thread(found))]
        assert "Ben Nevis" not in "".join(reply.text() for reply in public)
        assert (await stage.thread(found, "moderators"))[-1].people("web") == (ADA.id, BEN.id)

    async def test_two_platforms_have_no_conversation(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        await stage.join("there")
        await stage.handlers.link("web", "there", await stage.handlers.link_code("web", "here"))
        found = await stage.found()
        lost = await stage.lost(target=replace(found.target, workspace="there", message="1"))
        await stage.search(lost, found)
        match = await stage.match(lost)
        await stage.press("accept_claim", await stage.claim(match, found), BEN)
        assert await stage.thread(lost, "pair") == []
        assert sentence("no_pair") in [reply.text() for reply in await stage.thread(found)]

    async def test_a_claims_card_shows_moderators_all_of_it_until_the_end(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, match = await stage.matched()
        claim = await stage.claim(match, found)
        for progress in ("claim_is_open", "claim_is_accepted", "log_got_back", "log_confirmed"):
            if progress == "claim_is_accepted":
                await stage.press("accept_claim", claim, BEN)
            if progress == "log_got_back":
                await stage.press("got_back", match.id, ADA)
            if progress == "log_confirmed":
                await stage.verdict(match, VerdictKind.CONFIRM)
            card = await claim_card(stage, found)
            text = sentence(progress, moderator=MODERATOR.name, person=BEN.name)
            assert all(words in card.text() for words in (text, lost.text, found.text, ADA.name)), progress
            answer = [] if progress == "log_confirmed" else ["see_claim"]  # it's deleted then
            assert [button.action for button in card.buttons] == [*answer, "confirm", "reject"]
            assert card.match == match.id

    async def test_the_card_of_a_rejected_answer_gives_way_to_that_of_the_next(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, match = await stage.matched()
        first = await stage.claim(match, found, "a red tag")
        await stage.press("reject_claim", first, BEN)
        second = await stage.claim(match, found, "a sticker inside")
        folded = (await stage.thread(found, "moderators"))[-2]
        assert actions([folded]) == [("see_claim",)], "moderators can compare the two answers"
        assert "a red tag" in (await stage.press("see_claim", first, MODERATOR)).text()
        await stage.press("accept_claim", second, BEN)
        for action, person, _ in (GOT_BACK, HANDED_OVER):
            await stage.press(action, match.id, person)
            folded, card = [card for card in await stage.thread(found, "moderators") if card.kind == "claim"]
            assert sentence("claim_is_rejected", person=BEN.name) in folded.text()
            assert sentence("claimed_before", member=ADA.name).replace("**", "") in folded.text()
            assert (lost.text in folded.text(), sentence(f"log_{action}") in folded.text()) == (False, False)
            assert sentence(f"log_{action}") in card.text()
            assert [button.action for button in card.buttons][-2:] == ["confirm", "reject"]

    @pytest.mark.parametrize("action", ["accept_claim", "reject_claim"])
    async def test_who_has_decided_a_claim_is_named_without_a_ping(self, stage: Stage, action: Any) -> None:
        await stage.join(log_channel="log")
        lost, found, match = await stage.matched()
        await stage.press(action, await stage.claim(match, found), MODERATOR)
        decision = "accepted" if action == "accept_claim" else "rejected"
        card, told = await claim_card(stage, found), (await replies_to(stage, lost))[-1]
        assert sentence(f"claim_is_{decision}", person=MODERATOR.name) in card.text()
        assert sentence(f"claim_{decision}", person=MODERATOR.name).replace("**", "") in told.text()
        people = [span for reply in (card, told) for line in reply.lines for span in line if isinstance(span, Person)]
        assert {span.notify for span in people if span.member.id == MODERATOR.id} == {False}


async def accepted(stage: Stage, **fields: Any) -> tuple[Report, Report, Match]:
    """Return a lost and a found report whose match was claimed and accepted; a sealed one is released first."""
    lost, found, match = await stage.matched(**fields)
    if found.sealed:
        await stage.press("release", match.id, MODERATOR)
    claim: UUID = await stage.claim(match, found)
    await stage.press("accept_claim", claim, BEN)
    return lost, found, match


async def card_of(stage: Stage, lost: Report) -> Reply:
    """Return the only card in an owner's thread."""
    [card] = [reply for reply in await stage.thread(lost) if reply.kind == "match"]
    return card


async def replies_to(stage: Stage, report: Report) -> list[Reply]:
    """Return what a thread says about claims."""
    return [reply for reply in await stage.thread(report) if reply.kind == "claim"]


def actions(replies: list[Reply]) -> list[tuple[str, ...]]:
    return [tuple(button.action for button in reply.buttons) for reply in replies]


def offered(replies: list[Reply]) -> set[str]:
    return {action for each in actions(replies) for action in each}


async def lines(stage: Stage, found: Report) -> list[Reply]:
    return [reply for reply in await stage.thread(found, "moderators") if reply.kind == "log"]


async def claim_card(stage: Stage, found: Report) -> Reply:
    [card] = [reply for reply in await stage.thread(found, "moderators") if reply.kind == "claim"]
    return card


async def shown_to_both(stage: Stage, lost: Report, found: Report) -> list[Reply]:
    """Return what the owner, the finder and their conversation read."""
    return [*await stage.thread(lost), *await stage.thread(found), *await stage.thread(lost, "pair")]
