"""The pictures of a first reply: cases of the handlers."""

import pytest

from reunite.commands import EditReport, Withdraw
from reunite.entities import Label, Question, VerdictKind, Why
from reunite.errors import TellUserError
from reunite.language import sentence
from tests.contract.questions import ask
from tests.contract.stages import ADA, BEN, PHOTO, Stage


class GalleryCases:
    """What is nearest to a lost report, and what its owner says about it."""

    async def test_the_first_reply_shows_what_is_nearest(self, stage: Stage) -> None:
        await stage.join()
        lost, found_reports = await stage.lost(), [await stage.found(f"thing {number}") for number in range(8)]
        await stage.search(lost, *found_reports, label=None)
        [gallery] = await stage.thread(lost)
        assert [tile.report for tile in gallery.gallery] == [found.id for found in found_reports[:6]]
        assert gallery.text().startswith("No clear match yet. I've compared 8 found items.")
        heading, first = gallery.text().splitlines()[2:4]
        assert (heading, first[:8]) == ("Here's what comes closest:", "1  Found")
        assert [await stage.thread(found) for found in found_reports] == [[]] * 8  # nobody is disturbed

    async def test_labelled_matches_come_first_and_keep_their_cards(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost(), await stage.found()
        await stage.search(lost, found, label=Label.POSSIBLE)
        gallery, card = await stage.thread(lost)
        assert (gallery.gallery[0].label, card.kind) == (Label.POSSIBLE, "match")
        assert gallery.text().startswith("1 possible match. There was only one found item to compare it with.")
        assert [button.action for button in gallery.buttons] == ["add_photo", "add_detail", "withdraw"]
        assert [button.action for button in card.buttons] == ["mine", "not_mine"]  # one place to answer

    async def test_a_gallery_shows_what_its_owner_has_said(self, stage: Stage) -> None:
        await stage.join()
        lost, one, two, three = (
            await stage.lost(),
            await stage.found("1"),
            await stage.found("2"),
            await stage.found("3"),
        )
        await stage.search(lost, one, two, three, label=None)
        matches = {match.found: match for match in await stage.matches(lost)}
        await stage.press("pick", matches[one.id].id, ADA)
        await stage.press("pick", matches[two.id].id, ADA)
        await stage.press("not_mine", matches[two.id].id, ADA)
        gallery = (await stage.thread(lost))[0]
        assert [line[3:8] for line in gallery.text().splitlines() if line[:1].isdigit()] == ["See b", "Not y", "Found"]
        assert [button.words for button in gallery.buttons][:2] == ["3", "None of these"]
        assert sentence("pick_one") in gallery.text()
        await stage.press("pick", matches[three.id].id, ADA)
        gallery = (await stage.thread(lost))[0]
        assert [button.words for button in gallery.buttons][:1] == ["None of these"]
        assert sentence("pick_one") not in gallery.text()
        await stage.claim(matches[two.id], two)  # a change of mind
        assert (await stage.thread(lost))[0].text().count("See below") == 3

    async def test_a_gallery_stays_in_its_language_when_the_community_changes_its_own(self, stage: Stage) -> None:
        await stage.join()
        lost, *found = [await stage.lost(), await stage.found("1"), await stage.found("2"), await stage.found("3")]
        await stage.search(lost, *found, label=None)
        matches = {match.found: match.id for match in await stage.matches(lost)}
        await stage.join(language="de")
        await stage.press("pick", matches[found[0].id], ADA)
        await stage.handlers.withdraw(Withdraw(target=found[1].target))
        gallery, card = await stage.thread(lost)
        assert [sentence(key) in gallery.text() for key in ("tile_picked", "tile_gone", "pick_one")] == [True] * 3
        assert [button.words for button in gallery.buttons][:2] == ["3", sentence("button_none_of_these")]
        assert sentence("button_mine", "de") in [button.words for button in card.buttons]

    async def test_a_moderators_rejection_is_shown_in_the_gallery_until_it_is_withdrawn(self, stage: Stage) -> None:
        await stage.join()
        lost, one, two = await stage.lost(), await stage.found("1"), await stage.found("2")
        await stage.search(lost, one, two, label=Label.POSSIBLE)
        match = (await stage.matches(lost))[0]
        await stage.verdict(match, VerdictKind.REJECT)
        assert (await stage.thread(lost))[0].text().count("Not yours") == 1
        await stage.verdict(match, VerdictKind.REJECT, given=False)
        assert "Not yours" not in (await stage.thread(lost))[0].text()

    async def test_none_of_these_needs_no_answer_to_the_question(self, stage: Stage) -> None:
        await stage.join()
        lost, one, two = await stage.lost(), await stage.found("1"), await stage.found("2")
        await stage.search(lost, one, two, label=Label.POSSIBLE)
        await ask(stage, lost, Question("colour", ("red", "blue")))
        await stage.press("none_of_these", lost.id, ADA)
        [question] = [reply for reply in await stage.thread(lost) if reply.kind == "question"]
        assert (question.text(), question.choices, question.buttons) == (sentence("question_over"), (), ())

    async def test_none_of_these_leaves_a_question_about_other_matches(self, stage: Stage) -> None:
        await stage.join()
        lost, one, two = await stage.lost(), await stage.found("1"), await stage.found("2")
        await stage.search(lost, one, two, label=None)
        await stage.search(lost, await stage.found("3"), await stage.found("4"), label=Label.POSSIBLE)
        await ask(stage, lost, Question("colour", ("red", "blue")))
        await stage.press("none_of_these", lost.id, ADA)
        [question] = [reply for reply in await stage.thread(lost) if reply.kind == "question"]
        assert question.choices

    async def test_what_was_passed_over_and_is_likely_now_is_offered_to_both(self, stage: Stage) -> None:
        await stage.join()
        lost, one, two = await stage.lost(), await stage.found("1"), await stage.found("2")
        await stage.search(lost, one, two, label=None)
        await stage.press("none_of_these", lost.id, ADA)
        await stage.search(lost, one, label=Label.HIGH)
        for report in (lost, one):
            assert sentence("label_high") in (await stage.thread(report))[-1].text()
        assert not any(match.declined for match in await stage.matches(lost) if match.found == one.id)

    async def test_a_sealed_report_is_in_no_gallery(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, sealed = await stage.lost(), await stage.found(sealed=True)
        await stage.search(lost, sealed, label=None)
        assert await stage.kinds(lost) == ["nothing"]

    async def test_a_picked_picture_becomes_a_card(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost(), await stage.found()
        await stage.search(lost, found, label=None)
        match = await stage.match(lost)
        with pytest.raises(TellUserError, match="only_owner"):
            await stage.press("pick", match.id, BEN)
        for _ in range(2):
            await stage.press("pick", match.id, ADA)
        assert await stage.kinds(lost) == ["first_reply", "match"]
        assert (await stage.match(lost)).picked
        assert await stage.thread(found) == []
        await stage.claim(match, found)

    async def test_none_of_these_brings_the_next_ones_until_there_are_none(self, stage: Stage) -> None:
        await stage.join()
        lost, found_reports = await stage.lost(), [await stage.found(f"thing {number}") for number in range(8)]
        await stage.search(lost, *found_reports, label=None)
        await stage.press("none_of_these", lost.id, ADA)
        closed, following = await stage.thread(lost)
        assert not closed.gallery
        assert [tile.report for tile in following.gallery] == [found.id for found in found_reports[6:]]
        await stage.deliver(lost)
        await stage.press("none_of_these", lost.id, ADA)
        assert await stage.kinds(lost) == ["first_reply", "first_reply", "nothing"]
        with pytest.raises(TellUserError, match="nothing_here"):
            await stage.press("none_of_these", lost.id, ADA)

    async def test_a_single_picture_is_never_called_these(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost(), await stage.found()
        await stage.search(lost, found, label=None)
        [gallery] = await stage.thread(lost)
        assert "these" not in " ".join([gallery.text(), *(button.words for button in gallery.buttons)])
        note = await stage.press("none_of_these", lost.id, ADA)
        closed, _ = await stage.thread(lost)
        assert (closed.text(), note.text()) == ("Not this one, then.", sentence("note_left_out"))

    async def test_not_mine_folds_the_card_and_brings_the_next(self, stage: Stage) -> None:
        await stage.join()
        lost, first, second = await stage.lost(), await stage.found("one"), await stage.found("two")
        await stage.search(lost, first, second, label=None)
        [match] = [match for match in await stage.matches(lost) if match.found == first.id]
        await stage.press("pick", match.id, ADA)
        await stage.press("not_mine", match.id, ADA)
        _, folded, following = await stage.thread(lost)
        assert folded.text() == "Not yours: jump to the post"
        assert [button.action for button in folded.buttons] == ["mine"]
        assert following.quotes == {lost.id, second.id}
        assert following.match
        await stage.press("not_mine", following.match, ADA)
        assert (await stage.thread(lost))[-1].kind == "nothing"
        await stage.claim(match, first)  # a change of mind
        assert "one" in (await stage.thread(lost))[1].text()

    async def test_a_deleted_found_report_leaves_the_gallery(self, stage: Stage) -> None:
        await stage.join()
        lost, first, second = await stage.lost(), await stage.found("one"), await stage.found("two")
        await stage.search(lost, first, second, label=None)
        await stage.handlers.withdraw(Withdraw(target=first.target, member=BEN))
        [gallery] = await stage.thread(lost)
        assert [tile.report for tile in gallery.gallery] == [second.id]
        assert f"1  {sentence('tile_gone')}" in gallery.text()
        await stage.handlers.withdraw(Withdraw(target=second.target, member=BEN))
        [gallery] = await stage.thread(lost)
        assert gallery.text().count(sentence("tile_gone")) == 2
        assert [button.action for button in gallery.buttons] == ["add_photo", "add_detail", "withdraw"]
        assert sentence("pick_one") not in gallery.text()

    async def test_a_gallery_says_what_has_gone_to_another_owner(self, stage: Stage) -> None:
        await stage.join()
        lost, other, found = await stage.lost(), await stage.lost("an umbrella of mine"), await stage.found("one")
        await stage.search(lost, found, label=None)
        await stage.search(other, found)
        match = await stage.match(other)
        [asked] = await stage.thread(lost)
        assert {"pick", "none_of_these"} <= {button.action for button in asked.buttons}
        await stage.verdict(match, VerdictKind.CONFIRM)
        [gallery] = await stage.thread(lost)
        assert sentence("tile_gone") in gallery.text()
        assert sentence("pick_only_one") not in gallery.text()
        assert [button.action for button in gallery.buttons] == ["add_photo", "add_detail", "withdraw"]
        await stage.verdict(match, VerdictKind.CONFIRM, given=False)
        assert await stage.thread(lost) == [asked]

    async def test_a_photo_that_the_gallery_shows_alone_is_not_repeated_on_its_card(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found = await stage.lost(), await stage.found(photos=(PHOTO,))
        await stage.keep_photos(found)
        await stage.search(lost, found)
        for _ in range(2):  # a later search corrects the card
            gallery, card = await stage.thread(lost)
            assert [bool(tile.photo) for tile in gallery.gallery] == [True]
            assert card.picture is None
            await stage.search(lost, found, why=(Why("colour", "red", "agrees"),))
        [for_moderators] = await stage.thread(found, "moderators")
        assert for_moderators.picture
        other = await stage.found("another", photos=(PHOTO,))
        await stage.keep_photos(other)
        await stage.search(other, lost)
        assert (await stage.thread(lost))[-1].picture

    async def test_a_match_that_gets_its_label_later_has_a_card_with_its_photo(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost(), await stage.found(photos=(PHOTO,))
        await stage.keep_photos(found)
        await stage.search(lost, found, label=None)
        await stage.search(found, lost)
        _, card = await stage.thread(lost)
        assert card.picture

    async def test_a_gallery_does_not_contradict_its_headline(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost(), await stage.found()
        await stage.search(lost, found, label=None)
        await stage.search(lost, found, label=Label.POSSIBLE)
        await stage.handlers.edit(EditReport(target=lost.target, text="my blue umbrella"))
        gallery, card = await stage.thread(lost)
        assert "my blue umbrella" in gallery.text()
        assert sentence("label_possible") not in gallery.text()
        assert sentence("label_possible") in card.text()

    async def test_a_tile_keeps_the_label_of_its_headline(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost(), await stage.found()
        await stage.search(lost, found, label=Label.POSSIBLE)
        await stage.search(lost, found, label=Label.HIGH)
        await stage.handlers.edit(EditReport(target=lost.target, text="my blue umbrella"))
        gallery, card = await stage.thread(lost)
        assert sentence("label_possible") in gallery.text()
        assert sentence("label_high") not in gallery.text()
        assert sentence("label_high") in card.text()
