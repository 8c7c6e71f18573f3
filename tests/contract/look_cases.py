"""Searching without a report: what is shown, to whom, for how long, and how it becomes a report."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid4

import pytest

from reunite import rules
from reunite.commands import Look, Press
from reunite.entities import Label, Match, MatchState, Member, ReplyTarget, Report, ReportState, VerdictKind
from reunite.errors import TellUserError
from reunite.expiry import expire
from reunite.language import sentence
from reunite.locking import lock_sides
from reunite.looks import KEPT_MINUTES, MAX_LOOKS
from reunite.matching.defaults import PRIOR
from reunite.messages import notices
from reunite.messages.reply import Action, Reply
from reunite.messages.wording import line
from reunite.ports import ScoredPair, Session
from reunite.search import search_and_announce
from tests.contract.stages import ADA, BEN, PHOTO, Stage

PROOF = "a scratch inside"


class LookCases:
    """Looks."""

    async def test_a_look_shows_the_nearest_reports_and_notifies_nobody(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        found, other = await stage.found("a badge, number XK-7731"), await stage.found("red gloves")
        await stage.found("badge XK-7731", sealed=True)
        look = await _looked(stage, "badge XK-7731")
        reply = await _answer(stage, look)
        assert [tile.report for tile in reply.gallery] == [found.id]
        assert [button.action for button in reply.buttons] == ["look_mine", "look_report"]
        assert "among 2 found items" in reply.text()  # the sealed one isn't even counted
        assert not await stage.words(found, other, look)
        assert not await stage.handlers.my_reports("web", "here", ADA)

    async def test_a_look_is_answered_once_a_worker_has_searched(self, stage: Stage) -> None:
        await stage.join()
        look = await _begun(stage, "badge XK-7731")
        assert await stage.handlers.look_answer("web", "here", look, "en") is None
        await searched(stage, look, is_complete=False)  # a photo hasn't been read yet
        assert await stage.handlers.look_answer("web", "here", look, "en") is None
        await searched(stage, look)
        nothing = await stage.handlers.look_answer("web", "here", look, "en")
        assert nothing
        assert nothing.text() == sentence("look_nothing_found")
        assert (nothing.gallery, [button.action for button in nothing.buttons]) == ((), ["look_report"])

    async def test_a_look_by_photos_says_what_it_searched_without(self, stage: Stage) -> None:
        await stage.join()
        for number, key in ((1, "look_no_photo"), (2, "look_without_photo")):
            photos = tuple(replace(PHOTO, name=f"{number}{index}.jpg") for index in range(number))
            target = ReplyTarget("web", "here", "found")
            look = await stage.handlers.look(
                Look(source_key=uuid4().hex, target=target, author=ADA, text="", photos=photos)
            )
            found = await searched(stage, look)
            await stage.keep_photos(found)
            await stage.fail_first_photo(found)
            assert sentence(key, name=f"{number}0.jpg") in (await _answer(stage, found)).text()

    async def test_no_other_search_finds_a_look(self, stage: Stage) -> None:
        await stage.join()
        look, found = await _looked(stage, "badge XK-7731"), await stage.found("badge XK-7731")
        async with stage.session(found.community) as session:
            search = await session.candidates.search(found, 10)
        assert (search.candidates, search.open_count) == ((), 0)
        assert (await stage.now(look)).state is ReportState.LOOK

    async def test_mine_files_the_report_and_the_claim_in_one_step(self, stage: Stage) -> None:
        await stage.join(keep_days=7, private_reports=True)
        found = await stage.found("a badge, number XK-7731")
        look = await _looked(stage, "badge XK-7731")
        [match] = await stage.matches(look)
        there = ReplyTarget("web", "here", "lost")
        private = await _files_privately(stage, match)
        assert private is True
        note = await stage.press("look_mine", match.id, ADA, words=PROOF, target=there, private=private)
        assert note.text() == sentence("note_look_filed")
        lost = await stage.now(look)
        assert (lost.state, lost.target, lost.private) == (ReportState.OPEN, there, True)
        assert lost.expires_at == stage.time + timedelta(days=7)
        assert await stage.kinds(lost) == ["report_post", "match"]
        assert await stage.kinds(found) == ["claim"]
        assert stage.hints.work
        [mine] = await stage.handlers.my_reports("web", "here", ADA)
        assert "badge XK-7731" in mine.text()

    async def test_a_look_becomes_a_report_once_with_what_was_near(self, stage: Stage) -> None:
        await stage.join(private_reports=True)
        found = await stage.found("a badge, number XK-7731")
        look = await _looked(stage, "badge XK-7731")
        there = ReplyTarget("web", "here", "lost")
        asked = Press(target=there, member=ADA, is_moderator=False, action="look_report", subject=look.id, key="1")
        assert await stage.handlers.files_privately(asked) is True
        with pytest.raises(TellUserError, match="only_own"):
            await stage.press("look_report", look.id, BEN, target=there, private=True)
        for _ in range(2):
            note = await stage.press("look_report", look.id, ADA, target=there, private=True)
            assert note.text() == sentence("note_look_reported")
        assert await stage.handlers.files_privately(asked) is None
        lost = await stage.now(look)
        assert (lost.state, lost.target, lost.private) == (ReportState.OPEN, there, True)
        await searched(stage, look.id)
        post, gallery, *_ = await stage.thread(lost)
        assert (post.kind, [tile.report for tile in gallery.gallery]) == ("report_post", [found.id])

    @pytest.mark.parametrize("fails", ["reject_claim", "not_mine", "verdict"])
    async def test_what_else_is_near_is_shown_only_once_the_claim_has_failed(
        self, stage: Stage, fails: Literal["reject_claim", "not_mine", "verdict"]
    ) -> None:
        await stage.join(log_channel="log")
        claimed, other = await stage.found("a badge, number XK-7731"), await stage.found("gloves, tag QF-8842")
        look = await _looked(stage, "badge XK-7731, perhaps with tag QF-8842")
        match = next(match for match in await stage.matches(look) if match.found == claimed.id)
        await stage.press("look_mine", match.id, ADA, words=PROOF)
        await searched(stage, look.id)
        _, card = await stage.thread(look)
        assert sentence("card_claimed").replace("**", "") in card.text()
        assert [button.action for button in card.buttons] == ["not_mine"]
        assert await stage.kinds(claimed) == ["claim"]
        async with stage.session(look.community) as session:
            [claim] = await session.claims.on(claimed.id)
            await session._do("DELETE FROM work")  # it's done
        if fails == "verdict":
            await stage.verdict(match, VerdictKind.REJECT)
        else:
            await stage.press(
                fails, claim.id if fails == "reject_claim" else match.id, BEN if fails == "reject_claim" else ADA
            )
        assert await stage.works_on(look) == [look.id]
        await searched(stage, look.id)
        [gallery] = [reply for reply in await stage.thread(look) if reply.gallery]
        assert other.id in {tile.report for tile in gallery.gallery}

    async def test_the_card_of_a_claimed_item_can_be_claimed_again_only_after_a_wrong_answer(
        self, stage: Stage
    ) -> None:
        await stage.join()
        found = await stage.found("a badge, number XK-7731")
        look = await _looked(stage, "badge XK-7731")
        [match] = await stage.matches(look)
        decisions: list[tuple[Action, str, list[str]]] = [
            ("reject_claim", "This could be yours.", ["mine", "not_mine"]),
            ("accept_claim", "It's yours: your answer matches.", ["not_mine"]),
        ]
        for decision, text, offered in decisions:
            await stage.press("look_mine", match.id, ADA, words=PROOF)
            await searched(stage, look.id)
            async with stage.session(found.community) as session:
                [*_, claim] = await session.claims.on(found.id)
            await stage.press(decision, claim.id, BEN)
            [card] = [reply for reply in await stage.thread(look) if reply.kind == "match"]
            assert text in card.text()
            assert [button.action for button in card.buttons] == offered

    async def test_whether_the_report_is_private_is_decided_once(self, stage: Stage) -> None:
        await stage.join(private_reports=True)
        await stage.found("a badge, number XK-7731")
        look = await _looked(stage, "badge XK-7731")
        [match] = await stage.matches(look)
        private = await _files_privately(stage, match)
        await stage.join(private_reports=False)
        await stage.press("look_mine", match.id, ADA, words=PROOF, private=private)
        assert (await stage.now(look)).private

    async def test_no_place_is_asked_for_a_report_that_is_filed_or_cannot_be(self, stage: Stage) -> None:
        await stage.join()
        found_reports = [await stage.found(text) for text in ("one", "two")]
        look = await _found(stage, "thing", *found_reports)
        first, second = await stage.matches(look)
        for words, error in ((" ", "claim_empty"), ("x" * 501, "text_too_long")):
            with pytest.raises(TellUserError, match=error):
                await _files_privately(stage, first, words)
        with pytest.raises(TellUserError, match="only_own"):
            await _files_privately(stage, first, by=BEN)
        assert await _files_privately(stage, first) is False
        await stage.press("look_mine", first.id, ADA, words=PROOF)
        assert await _files_privately(stage, second) is None
        with pytest.raises(TellUserError, match="claim_waits"):
            await _files_privately(stage, first)

    async def test_no_place_is_asked_for_what_a_moderator_has_rejected_at_that_moment(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await stage.join()
        look = await _found(stage, "thing", await stage.found("one"))
        [match] = await stage.matches(look)

        async def lock(session: Session, match: Match) -> tuple[Report, Report]:
            await session.matches.set_state(match.id, MatchState.REJECTED)
            return await lock_sides(session, match)

        monkeypatch.setattr("reunite.locking.lock_sides", lock)
        with pytest.raises(TellUserError, match="nothing_here"):
            await _files_privately(stage, match)

    async def test_no_form_opens_for_a_look_of_someone_else_or_one_that_is_over(self, stage: Stage) -> None:
        await stage.join()
        found = await stage.found("a badge, number XK-7731")
        look = await _looked(stage, "badge XK-7731")
        [match] = await stage.matches(look)
        asked = Press(target=look.target, member=ADA, is_moderator=False, action="look_mine", subject=match.id, key="1")
        await stage.handlers.forms.check(asked)
        with pytest.raises(TellUserError, match="only_own"):
            await stage.handlers.forms.check(replace(asked, member=BEN))
        await stage.press("look_mine", match.id, ADA, words=PROOF)
        with pytest.raises(TellUserError, match="claim_waits"):
            await stage.handlers.forms.check(asked)
        with pytest.raises(TellUserError, match="look_over"):
            await stage.handlers.forms.check(replace(asked, subject=found.id))

    async def test_another_found_report_of_the_look_is_claimed_with_the_same_report(self, stage: Stage) -> None:
        await stage.join()
        found_reports = [await stage.found(text) for text in ("one", "two")]
        look = await _found(stage, "thing", *found_reports)
        for match in await stage.matches(look):
            await stage.press("look_mine", match.id, ADA, words=PROOF)
        assert len(await stage.handlers.my_reports("web", "here", ADA)) == 1
        assert [await stage.kinds(found) for found in found_reports] == [["claim"], ["claim"]]

    @pytest.mark.parametrize(("words", "error"), [(" ", "claim_empty"), ("x" * 501, "text_too_long")])
    async def test_without_a_proof_nothing_is_filed(self, stage: Stage, words: str, error: str) -> None:
        await stage.join()
        found = await stage.found("a badge, number XK-7731")
        look = await _looked(stage, "badge XK-7731")
        [match] = await stage.matches(look)
        with pytest.raises(TellUserError, match=error):
            await stage.press("look_mine", match.id, ADA, words=words)
        assert (await stage.now(look)).state is ReportState.LOOK
        assert not await stage.thread(found)

    async def test_only_who_looks_can_turn_pages_and_claim(self, stage: Stage) -> None:
        await stage.join()
        await stage.found("a badge, number XK-7731")
        [match] = await stage.matches(await _looked(stage, "badge XK-7731"))
        for action in ("look_page", "look_mine"):
            with pytest.raises(TellUserError, match="only_own"):
                await stage.press(action, match.id, BEN, words=PROOF)

    async def test_pages_go_on_and_back(self, stage: Stage) -> None:
        await stage.join()
        found_reports = [await stage.found(f"thing {number}") for number in range(rules.MAX_TILES + 2)]
        look = await _found(stage, "thing", *found_reports)
        first = await _answer(stage, look)
        assert [tile.number for tile in first.gallery] == [1, 2, 3, 4, 5, 6]
        second = await _turn(stage, first, "Next")
        assert [(tile.number, tile.report) for tile in second.gallery] == [
            (7, found_reports[6].id),
            (8, found_reports[7].id),
        ]
        assert second.text().startswith("Page 2 of 2")
        again = await _turn(stage, second, "Previous")
        assert again.gallery == first.gallery
        assert not [button for button in second.buttons if button.words == "Next"]

    async def test_a_found_report_that_is_gone_is_shown_no_more(self, stage: Stage) -> None:
        await stage.join()
        found_reports = [await stage.found(text) for text in ("one", "two")]
        look = await _found(stage, "thing", *found_reports)
        async with stage.session(look.community) as session:
            await session.reports.set_state(found_reports[0].id, ReportState.RETURNED)
        assert [tile.report for tile in (await _answer(stage, look)).gallery] == [found_reports[1].id]

    async def test_a_look_is_deleted_after_a_quarter_of_an_hour(self, stage: Stage) -> None:
        await stage.join()
        await stage.found("a badge, number XK-7731")
        look = await _looked(stage, "badge XK-7731", photos=True)
        assert look.expires_at == stage.time + timedelta(minutes=KEPT_MINUTES)
        [match] = await stage.matches(look)
        async with stage.session(look.community) as session:
            await expire(session, look.id, look.expires_at + timedelta(seconds=1))
        async with stage.session(look.community) as session:
            assert await session.reports.get(look.id) is None
            assert not await session.photos.of(look.id)
            assert await session.matches.get(match.id) is None
        with pytest.raises(TellUserError, match="look_over"):
            await stage.handlers.look_answer("web", "here", look.id, "en")
        for action in ("look_page", "look_mine"):
            with pytest.raises(TellUserError, match="look_over"):
                await stage.press(action, match.id, ADA, words=PROOF)

    async def test_who_is_forgotten_has_no_look_left(self, stage: Stage) -> None:
        workspace = await stage.join()
        look = await _looked(stage, "badge XK-7731")
        told = await stage.press("forget", workspace.id, ADA)
        assert told.text() == notices.forgotten(0, "en").text()
        async with stage.session(look.community) as session:
            assert await session.reports.get(look.id) is None

    async def test_too_many_looks_are_refused_politely(self, stage: Stage) -> None:
        await stage.join()
        looks = [await _begun(stage, f"thing {number}") for number in range(MAX_LOOKS)]
        with pytest.raises(TellUserError, match="look_too_often"):
            await _begun(stage, "one more")
        workspace = await stage.store.workspace("web", "here")
        assert workspace
        async with stage.session(workspace.community) as session:
            await expire(session, looks[0], stage.time + timedelta(days=1))
        assert await _begun(stage, "one more")

    async def test_an_empty_look_is_refused(self, stage: Stage) -> None:
        await stage.join()
        with pytest.raises(TellUserError, match="empty_report"):
            await _begun(stage, " ")


class RefusalCases:
    """What was refused doesn't come back."""

    async def test_the_bot_keeps_watching_only_once_no_card_waits_for_an_answer(self, stage: Stage) -> None:
        await stage.join()
        lost = await stage.lost()
        found = [await stage.found("an umbrella, left in the canteen"), await stage.found("another umbrella")]
        await stage.search(lost, *found, label=Label.POSSIBLE)
        assert " · canteen · jump to the post" in (await stage.thread(lost))[0].text()
        counts = []
        for match in await stage.matches(lost):
            await stage.press("not_mine", match.id, ADA)
            counts.append((await stage.kinds(lost)).count("nothing"))
        assert counts == [0, 1]

    @pytest.mark.parametrize("how", ["not_mine", "none_of_these", "reject"])
    async def test_what_was_refused_comes_back_neither_in_a_look_nor_for_another_report(
        self, stage: Stage, how: str
    ) -> None:
        await stage.join()
        lost, found = await stage.lost("badge XK-7731"), await stage.found("a badge, number XK-7731")
        await stage.search(lost, found, await stage.found("a scarf"))
        match = next(match for match in await stage.matches(lost) if match.found == found.id)
        if how == "reject":
            await stage.verdict(match, VerdictKind.REJECT)
        else:
            await stage.press("not_mine" if how == "not_mine" else "none_of_these", _subject(how, lost, match), ADA)
        again = await stage.lost("badge XK-7731")
        await searched(stage, again.id)
        assert not await stage.matches(again)
        assert not (await _answer(stage, await _looked(stage, "badge XK-7731"))).gallery
        theirs = await stage.lost("badge XK-7731", author=BEN)
        await searched(stage, theirs.id)
        assert len(await stage.matches(theirs)) == 1

    async def test_a_refused_find_that_is_searched_again_leaves_its_refuser_alone(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost("badge XK-7731"), await stage.found("a badge, number XK-7731")
        again = await stage.lost("badge XK-7731")
        await stage.search(lost, found)
        await stage.press("not_mine", (await stage.match(lost)).id, ADA)
        await searched(stage, found.id)
        assert not await stage.matches(again)

    async def test_what_was_refused_meanwhile_leaves_galleries_and_looks(self, stage: Stage) -> None:
        await stage.join()
        found_reports = [await stage.found(f"thing {number}") for number in range(rules.MAX_TILES + 2)]
        refused, rest = found_reports[-1], found_reports[:-1]
        lost, other = await stage.lost(), await stage.lost()
        await stage.search(other, *found_reports, label=None)
        look = await _found(stage, "thing", refused, rest[0])
        await stage.search(lost, refused)
        await stage.press("not_mine", (await stage.match(lost)).id, ADA)
        assert [tile.report for tile in (await _answer(stage, look)).gallery] == [rest[0].id]
        await stage.press("none_of_these", other.id, ADA)
        assert [tile.report for tile in (await stage.thread(other))[-1].gallery] == [rest[-1].id]

    async def test_moderators_are_not_shown_a_sealed_report_again_that_they_refused(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found = await stage.lost("badge XK-7731"), await stage.found("badge XK-7731", sealed=True)
        again = await stage.lost("badge XK-7731")
        await searched(stage, lost.id)
        await stage.verdict(await stage.match(lost), VerdictKind.REJECT)
        before = await stage.thread(found, "moderators")
        assert before
        await searched(stage, again.id)
        assert (await stage.matches(again), await stage.thread(found, "moderators")) == ([], before)

    @pytest.mark.parametrize("how", ["none_of_these", "not_mine"])
    async def test_what_was_passed_over_without_a_label_is_there_for_all_other_reports(
        self, stage: Stage, how: Literal["none_of_these", "not_mine"]
    ) -> None:
        await stage.join()
        bag, mug = await stage.lost("my blue bag"), await stage.found("a mug, number XK-7731")
        await stage.search(bag, mug, label=None)
        match = await stage.match(bag)
        await stage.press("pick", match.id, ADA)  # a closer look at it changes nothing
        await stage.press(how, _subject(how, bag, match), ADA)
        lost = await stage.lost("my mug XK-7731")
        await searched(stage, lost.id)
        assert (await stage.match(lost)).label
        assert (await _answer(stage, await _looked(stage, "mug XK-7731"))).gallery

    async def test_nothing_is_never_said_of_what_was_left_out(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost("badge XK-7731"), await stage.found("a badge, number XK-7731")
        await stage.search(lost, found)
        await stage.press("not_mine", (await stage.match(lost)).id, ADA)
        again = await stage.lost("badge XK-7731")
        await searched(stage, again.id)
        [reply] = await stage.thread(again)
        assert reply.text().startswith(sentence("nothing_else_fits"))
        look = await _answer(stage, await _looked(stage, "badge XK-7731"))
        assert look.lines == (line("look_nothing_else", "en"),)


def _subject(how: str, lost: Report, match: Match) -> UUID:
    return match.id if how == "not_mine" else lost.id


async def _begun(stage: Stage, text: str, *, photos: bool = False) -> UUID:
    target = ReplyTarget("web", "here", "found")
    sent = (PHOTO,) if photos else ()
    return await stage.handlers.look(Look(source_key=uuid4().hex, target=target, author=ADA, text=text, photos=sent))


async def _looked(stage: Stage, text: str, *, photos: bool = False) -> Report:
    """Look, and search as a worker would."""
    look = await _begun(stage, text, photos=photos)
    return await searched(stage, look)


async def searched(stage: Stage, report: UUID, *, is_complete: bool = True) -> Report:
    """Let a look be answered as a worker would."""
    workspace = await stage.store.workspace("web", "here")
    assert workspace
    async with stage.session(workspace.community) as session:
        begun = await session.reports.get(report)
        assert begun
        await search_and_announce(session, begun, PRIOR, is_complete=is_complete)
    async with stage.session(workspace.community) as session:
        found = await session.reports.get(report)
    assert found
    return found


async def _found(stage: Stage, text: str, *found_reports: Report) -> Report:
    """Look, and find some reports, the nearest first."""
    look = await _looked(stage, text)
    async with stage.session(look.community) as session:
        for number, found in enumerate(found_reports):
            label = Label.POSSIBLE if number == 0 else None
            await session.matches.save([ScoredPair(look.id, found.id, 0.5 - number / 100, label, (), {})])
    return look


async def _answer(stage: Stage, look: Report) -> Reply:
    reply = await stage.handlers.look_answer("web", "here", look.id, "en")
    assert reply
    return reply


async def _files_privately(stage: Stage, match: Match, words: str = PROOF, by: Member = ADA) -> bool | None:
    target = ReplyTarget("web", "here", "found", "any")
    press = Press(
        target=target, member=by, is_moderator=False, action="look_mine", subject=match.id, key="key", words=words
    )
    return await stage.handlers.files_privately(press)


async def _turn(stage: Stage, reply: Reply, words: str) -> Reply:
    [button] = [button for button in reply.buttons if button.words == words]
    return await stage.press(button.action, button.subject, ADA)
