"""What a search announces, and the question: cases of the handlers."""

from dataclasses import replace

import pytest

from reunite.commands import EditReport, Withdraw
from reunite.entities import (
    ANOTHER,
    Label,
    Member,
    Question,
    Report,
    VerdictKind,
    Why,
)
from reunite.errors import TellUserError
from reunite.language import sentence
from reunite.matching.defaults import PRIOR
from reunite.matching.evidence import Candidate, PairKind, Search
from reunite.matching.scoring import MAX_RESULTS
from reunite.messages import wording
from reunite.search import search_and_announce
from tests.contract.questions import answer, ask
from tests.contract.stages import ADA, BEN, MODERATOR, PHOTO, Stage, item_of


class SearchCases:
    """What a search shows, and the one question."""

    async def test_a_sure_match_is_shown_in_both_threads_once(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, _ = await stage.matched()
        await stage.search(found, lost)
        assert await stage.kinds(lost) == ["first_reply", "match"]
        assert await stage.kinds(found) == ["match"]
        assert await stage.kinds(found, "moderators") == ["log"]

    async def test_a_possible_match_does_not_disturb_the_finder(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost(), await stage.found()
        await stage.search(lost, found, label=Label.POSSIBLE)
        assert (await stage.kinds(lost), await stage.kinds(found)) == (["first_reply", "match"], [])

    async def test_all_that_shows_a_match_follows_the_last_search(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found = await stage.lost(), await stage.found(photos=(PHOTO,))
        await stage.search(lost, found, label=Label.HIGH, percent=97)  # by its words: the photo isn't fetched yet
        await stage.keep_photos(found)
        await stage.search(found, lost, label=Label.HIGH, percent=96)
        for reply in (*await stage.thread(lost), *await stage.thread(found), *await stage.thread(found, "moderators")):
            assert "(96%)" in reply.text()
        assert (await stage.thread(lost))[0].gallery[0].photo
        await stage.search(found, lost, label=Label.POSSIBLE, percent=43, why=(Why("colour", "red", "differs"),))
        for reply in (*await stage.thread(lost), *await stage.thread(found), *await stage.thread(found, "moderators")):
            assert f"{sentence('label_possible')} (43%)" in reply.text()
            assert "red" in reply.text()
        await stage.search(found, lost, label=None, percent=5)
        gallery, card = await stage.thread(lost)
        [finders], [log] = await stage.thread(found), await stage.thread(found, "moderators")
        assert card.text().startswith(sentence("less_likely").replace("**", ""))
        assert finders.text().startswith(sentence("owner_less_likely").replace("**", ""))
        assert all(sentence("less_likely_now") in reply.text() for reply in (gallery, log))
        assert "%" not in await stage.words(lost, found)
        await stage.handlers.edit(EditReport(target=lost.target, text="my blue umbrella"))
        assert (await stage.thread(lost))[1].text().startswith(sentence("less_likely").replace("**", ""))
        await stage.search(found, lost, label=Label.HIGH, percent=97)
        assert sentence("less_likely_now") not in await stage.words(lost, found)

    async def test_a_match_that_is_not_among_a_later_searchs_results_looks_less_likely(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, _ = await stage.matched()
        await stage.search(lost, await stage.found("a scarf"), label=None)
        assert (await stage.thread(lost))[1].text().startswith(sentence("less_likely").replace("**", ""))
        assert sentence("less_likely_now") in await stage.words(found)

    async def test_a_match_that_is_only_crowded_out_stays_as_it_was(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, _ = await stage.matched()
        others = [await stage.lost(f"umbrella {number}") for number in range(2)]
        before = await stage.words(lost)
        await stage.search(found, lost, *others, label=None, crowded_out=True)
        await stage.search(found, *others, label=None, judges_rest=False)
        assert await stage.words(lost) == before
        assert sentence("less_likely_now") not in await stage.words(found)

    async def test_only_a_complete_search_that_leaves_nothing_out_fades_what_it_lacks(self, stage: Stage) -> None:
        await stage.join()
        lost, found, _ = await stage.matched()
        ruled_out = await stage.lost("a phone", author=Member("cy", "Cy"))
        await stage.search(ruled_out, found)
        [wrong] = await stage.matches(ruled_out)
        await stage.verdict(wrong, VerdictKind.REJECT)
        others = [ruled_out, *[await stage.lost("a phone", author=MODERATOR) for _ in range(MAX_RESULTS - 1)]]
        for results, is_complete in ((others, True), (others[:2], False)):
            await _searched(stage, found, results, is_complete=is_complete)
            assert sentence("less_likely").replace("**", "") not in await stage.words(lost)
        await _searched(stage, found, others[:2], is_complete=True)
        assert sentence("less_likely").replace("**", "") in await stage.words(lost)

    async def test_an_incomplete_search_makes_no_match_look_less_likely(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, _ = await stage.matched(photos=(PHOTO,))
        before = await stage.words(lost)
        await stage.search(found, await stage.lost("a scarf"), label=None, is_complete=False)
        await stage.search(found, lost, label=None, percent=5, is_complete=False)
        assert await stage.words(lost) == before
        assert sentence("less_likely_now") not in await stage.words(found)
        await stage.search(found, lost, label=None, percent=5)
        assert sentence("less_likely_now") in await stage.words(found)

    async def test_a_sealed_match_that_a_search_knows_nothing_about_stays_as_it_was(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found = await stage.lost("my keys"), await stage.found("keys", sealed=True, category="keys")
        await stage.search(lost, found, label=Label.HIGH, percent=97, sealed=True)
        await stage.search(lost, found, label=None, crowded_out=True, sealed=True)
        await stage.search(lost, label=None, judges_rest=False, sealed=True)
        await stage.search(lost, label=None, is_complete=False, sealed=True)
        assert "(97%)" in await stage.words(found)

    async def test_the_moderators_line_of_a_sealed_match_follows_the_last_search(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found = await stage.lost("my keys"), await stage.found("keys", sealed=True, category="keys")
        await stage.search(lost, found, label=Label.HIGH, percent=97, sealed=True)
        assert "(97%)" in await stage.words(found)
        await stage.search(lost, found, label=Label.POSSIBLE, percent=43, sealed=True)
        assert "(43%)" in await stage.words(found)
        await stage.search(lost, label=None)
        assert "(43%)" in await stage.words(found)
        await stage.search(lost, found, label=None, percent=5, sealed=True)
        assert sentence("less_likely_now") in await stage.words(found)

    async def test_a_tile_gets_the_photo_that_comes_after_its_gallery(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost(), await stage.found(photos=(PHOTO,))
        await stage.search(lost, found, label=None)
        assert (await stage.thread(lost))[0].gallery[0].photo is None
        await stage.keep_photos(found)
        await stage.search(found, lost, label=None)
        assert (await stage.thread(lost))[0].gallery[0].photo

    async def test_a_match_that_looks_less_likely_can_be_declined_for_good(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        await stage.search(found, lost, label=None)
        await stage.press("not_mine", match.id, ADA)
        async with stage.session(lost.community) as session:
            assert await session.matches.ruled_out(lost.id) == {found.id}

    async def test_an_end_about_a_year_away_has_its_year(self, stage: Stage) -> None:
        await stage.join(keep_days=365)
        lost = await stage.lost()
        await stage.search(lost)
        assert str(lost.expires_at.year) in await stage.words(lost)

    async def test_an_empty_result_is_announced_once(self, stage: Stage) -> None:
        await stage.join()
        lost = await stage.lost()
        await stage.search(lost)
        await stage.search(lost)
        assert await stage.kinds(lost) == ["nothing"]

    async def test_a_private_report_is_shown_to_its_author_and_moderators_only(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found = await stage.lost(private=True), await stage.found()
        await stage.search(lost, found, label=Label.POSSIBLE)
        assert (await stage.kinds(lost), await stage.kinds(found)) == (["first_reply", "match"], [])
        assert await stage.kinds(found, "moderators") == ["log"]

    async def test_a_sealed_report_is_shown_once_a_moderator_releases_it(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, match = await stage.matched(sealed=True)
        assert (await stage.kinds(lost), await stage.kinds(found)) == (["nothing"], [])
        with pytest.raises(TellUserError, match="only_moderators_release"):
            await stage.press("release", match.id, BEN)
        await stage.press("release", match.id, MODERATOR)
        assert (await stage.kinds(lost), await stage.kinds(found)) == (["nothing", "match"], ["match"])
        assert "an umbrella" not in "".join(reply.text() for reply in await stage.thread(lost))

    async def test_a_withdrawn_report_takes_its_place_out_of_the_question(self, stage: Stage) -> None:
        await stage.join()
        lost, found, _ = await stage.matched(place="gym")
        await ask(stage, lost, Question("place", ("gym", "pool"), (found.id,)))
        await answer(stage, lost, "0")
        await stage.handlers.withdraw(Withdraw(target=found.target))
        now = await stage.now(lost)
        assert now.question
        assert (now.question.options, now.question_answer) == ((), "")
        assert "gym" not in await stage.words(lost)
        assert "question" in await stage.kinds(lost)

    async def test_a_question_of_places_loses_them_with_their_reports(self, stage: Stage) -> None:
        await stage.join()
        lost = await stage.lost()
        found = [await stage.found(place=place) for place in ("gym", "pool")]
        await stage.search(lost, *found, label=Label.POSSIBLE)
        question = (await stage.thread(lost))[-1]
        others = [sentence("another_place"), sentence("not_sure")]
        assert [choice.words for choice in question.choices] == ["gym", "pool", *others]
        assert [button.action for button in question.buttons] == ["none_fits"]
        await stage.handlers.withdraw(Withdraw(target=found[0].target))
        assert (await stage.thread(lost))[-1] == replace(question, choices=())

    async def test_the_first_answer_counts(self, stage: Stage) -> None:
        await stage.join()
        lost = await stage.lost()
        await ask(stage, lost, Question("colour", ("red", "blue")))
        hints = len(stage.hints.work)
        assert (await answer(stage, lost, "1")).changed
        again = await answer(stage, lost, "0")
        assert (again.words, again.changed) == (sentence("said_before", said="blue"), False)
        assert (await stage.now(lost)).question_answer == "blue"
        assert len(stage.hints.work) == hints + 1

    async def test_another_answer_is_kept_and_searched_with(self, stage: Stage) -> None:
        await stage.join()
        lost = await stage.lost()
        await ask(stage, lost, Question("colour", ("red", "blue")))
        hints = len(stage.hints.work)
        assert (await answer(stage, lost, ANOTHER)).words == sentence("said")
        assert (await stage.now(lost)).question_answer == ANOTHER
        assert len(stage.hints.work) == hints + 1
        text = sentence("another_colour")
        assert (await answer(stage, lost, "0")).words == sentence("said_before", said=text)

    async def test_who_may_answer_and_what(self, stage: Stage) -> None:
        await stage.join()
        lost = await stage.lost()
        with pytest.raises(TellUserError, match="nothing_here"):
            await answer(stage, lost, "0")
        await ask(stage, lost, Question("colour", ("red", "blue")))
        with pytest.raises(TellUserError, match="only_author"):
            await answer(stage, lost, "0", BEN)
        with pytest.raises(TellUserError, match="nothing_here"):
            await answer(stage, lost, "7")
        assert (await answer(stage, lost, wording.UNSURE)).words == sentence("said_unsure")

    async def test_an_answer_is_thanked_for_by_the_next_search(self, stage: Stage) -> None:
        await stage.join()
        lost, found, _ = await stage.matched(place="gym")
        await ask(stage, lost, Question("colour", ("red", "blue")))
        await answer(stage, lost, "0")
        await stage.search(lost, found)
        assert await stage.kinds(lost) == ["first_reply", "match", "question", "thanks"]
        await stage.handlers.withdraw(Withdraw(target=found.target))
        assert await stage.kinds(lost) == ["first_reply", "question"]

    async def test_no_answer_rules_out_what_is_claimed(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        await ask(stage, lost, Question("colour", ("red", "blue")))
        await stage.claim(match, found)
        await answer(stage, lost, "0")
        await stage.search(lost, found)
        assert "thanks" not in await stage.kinds(lost)

    async def test_a_find_that_says_and_shows_nothing_is_shown_to_nobody(self, stage: Stage) -> None:
        await stage.join()
        lost, named, unknown = await stage.lost(), await stage.found(), await stage.found("found this")
        await _searched(stage, lost, [unknown, named], is_complete=True)
        [gallery] = await stage.thread(lost)
        assert [tile.report for tile in gallery.gallery] == [named.id]
        assert "only one found item" in gallery.text()


async def _searched(stage: Stage, report: Report, others: list[Report], *, is_complete: bool) -> None:
    """Search as a worker does, with some reports as its equally similar candidates."""
    now = await stage.now(report)
    candidates = tuple(Candidate(item_of(other), {PairKind.TEXT_TEXT: 0.3}) for other in others)
    search = Search(item_of(now), candidates, open_count=len(others))
    async with stage.session(now.community) as session:
        await search_and_announce(session, now, PRIOR, is_complete=is_complete, search=search)
