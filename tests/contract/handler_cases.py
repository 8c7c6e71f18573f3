"""What the handlers do, whatever store they have: run in memory (tests/unit) and on PostgreSQL (tests/integration)."""

from dataclasses import replace
from typing import Any

import pytest

from reunite import rules
from reunite.commands import AnswerQuestion, ChangeSettings, EditReport, GiveVerdict, Withdraw
from reunite.entities import (
    ANOTHER,
    ClaimState,
    Label,
    Member,
    Question,
    ReplyTarget,
    Report,
    ReportState,
    Settings,
    VerdictKind,
    Why,
)
from reunite.errors import DefectError, TellUserError
from reunite.expiry import expire
from reunite.language import sentence
from reunite.messages import keys, wording
from reunite.posts import AnswerResult
from tests.contract.absence_cases import AbsenceCases
from tests.contract.handover_cases import HandoverCases
from tests.contract.look_cases import LookCases, RefusalCases
from tests.contract.past_post_cases import PastPostCases
from tests.contract.photo_edit_cases import PhotoEditCases
from tests.contract.reminder_cases import ReminderCases
from tests.contract.sample_cases import SampleCases
from tests.contract.stages import ADA, BEN, MODERATOR, PHOTO, Stage
from tests.contract.welcome_cases import WelcomeCases


class PostCases:
    """Posts, edits, deletions."""

    async def test_a_report_is_stored_once_and_hinted_at(self, stage: Stage) -> None:
        await stage.join()
        first, again = await stage.lost(key="m1"), await stage.lost(key="m1")
        assert first.id == again.id
        assert len(stage.hints.work) == 1

    async def test_a_report_by_command_gets_a_post_of_its_own(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.lost(target=ReplyTarget("web", "here", "lost"))
        await stage.deliver(report)
        assert await stage.kinds(report) == ["report_post"]
        assert (await stage.now(report)).target.message

    @pytest.mark.parametrize("sealed", [False, True])
    async def test_the_post_of_a_report_by_command_shows_its_photo_once_its_stored(
        self, stage: Stage, *, sealed: bool
    ) -> None:
        await stage.join(log_channel="log")
        report = await stage.found("", photos=(PHOTO,), sealed=sealed, target=ReplyTarget("web", "here", "found"))
        await stage.deliver(report)
        await stage.keep_photos(report)
        await stage.search(report, label=None)
        [post] = [reply for reply in await stage.thread(report) if reply.kind == "report_post"]
        assert (post.picture is None) is sealed
        await stage.press("add_detail", report.id, BEN, words="with a dent")
        [post] = [reply for reply in await stage.thread(report) if reply.kind == "report_post"]
        assert (post.picture is None) is sealed
        assert ("dent" in post.text()) is not sealed

    async def test_what_the_database_cannot_hold_is_left_out(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.lost("an\0 umbrella \ud800 ", author=Member("ada", "A\0da"))
        assert (report.text, report.author.name) == ("an umbrella", "Ada")

    @pytest.mark.parametrize(
        ("fields", "error"),
        [
            ({"text": " "}, "empty_report"),
            ({"text": "x" * (rules.MOST_TEXT + 1)}, "text_too_long"),
            ({"photos": (PHOTO,) * (rules.MOST_PHOTOS + 1)}, "too_many_photos"),
            ({"sealed": True}, "sealed_needs_log"),
        ],
    )
    async def test_a_report_that_cannot_be_accepted(self, stage: Stage, fields: dict[str, Any], error: str) -> None:
        await stage.join()
        with pytest.raises(TellUserError, match=error):
            await stage.found(**{"text": "keys", **fields})

    async def test_a_found_id_is_better_sealed(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.found("a passport")
        assert [reply.text() for reply in await stage.thread(report)] == [sentence("better_sealed")]

    async def test_a_workspace_that_never_joined_is_a_defect(self, stage: Stage) -> None:
        with pytest.raises(DefectError):
            await stage.lost()

    async def test_an_edit_reaches_every_quote(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, _ = await stage.matched()
        why = (Why("words", "zither", "agrees"), Why("thing", "umbrella", "agrees"))
        async with stage.session(lost.community) as session:
            await session.reports.set_text(found.id, "an umbrella and a zither", "")
        await stage.search(lost, found, why=why)
        assert "zither ✓" in await stage.words(lost)
        assert await stage.handlers.edit(EditReport(target=found.target, text="an umbrella and a lyre"))
        assert "zither" not in await stage.words(lost)
        assert "and a lyre" in await stage.words(lost)
        assert "my umbrella" in "".join(reply.text() for reply in await stage.thread(found))
        assert await stage.handlers.edit(EditReport(target=lost.target, text="my parasol"))
        shown = await stage.words(lost, found)
        assert "zither" not in shown
        assert "my umbrella" not in shown
        assert shown.count("and a lyre") == 2  # the owner's card and the moderators' line
        assert shown.count("my parasol") == 3  # and the owner's first reply

    async def test_an_edit_that_changes_nothing(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.lost()
        assert not await stage.handlers.edit(EditReport(target=report.target, text=report.text))
        assert not await stage.handlers.edit(EditReport(target=report.target.at("other"), text="a cup"))
        assert len(stage.hints.work) == 1

    async def test_a_deleted_post_takes_its_words_along(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, _ = await stage.matched(place="gym")
        assert await stage.handlers.withdraw(Withdraw(target=found.target))
        shown = await stage.words(lost, found)
        assert not {word for word in ("an umbrella", "gym", "Ben") if word in shown}
        assert await stage.state(found) is ReportState.WITHDRAWN
        assert not await stage.handlers.withdraw(Withdraw(target=found.target))

    async def test_only_its_author_or_a_moderator_withdraws_a_report(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost(), await stage.found()
        with pytest.raises(TellUserError, match="only_own_post"):
            await stage.handlers.withdraw(Withdraw(target=lost.target, member=BEN))
        assert await stage.handlers.withdraw(Withdraw(target=lost.target, member=ADA))
        assert await stage.handlers.withdraw(Withdraw(target=found.target, member=ADA, is_moderator=True))

    async def test_an_expired_report_says_so_and_is_purged(self, stage: Stage) -> None:
        await stage.join(keep_days=7)
        lost = await stage.lost()
        stage.later(8)
        async with stage.session(lost.community) as session:
            await expire(session, lost.id, stage.time)
        assert await stage.kinds(lost) == ["expired"]
        now = await stage.now(lost)
        assert (now.state, now.text, now.author.name, now.purged) == (ReportState.EXPIRED, "", "", True)


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
        await _ask(stage, lost, Question("place", ("gym", "pool"), (found.id,)))
        await _answer(stage, lost, "0")
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
        assert [button.action for button in question.buttons] == ["none_of_these"]
        await stage.handlers.withdraw(Withdraw(target=found[0].target))
        assert (await stage.thread(lost))[-1] == replace(question, choices=())

    async def test_the_first_answer_counts(self, stage: Stage) -> None:
        await stage.join()
        lost = await stage.lost()
        await _ask(stage, lost, Question("colour", ("red", "blue")))
        hints = len(stage.hints.work)
        assert (await _answer(stage, lost, "1")).changed
        again = await _answer(stage, lost, "0")
        assert (again.words, again.changed) == (sentence("said_before", said="blue"), False)
        assert (await stage.now(lost)).question_answer == "blue"
        assert len(stage.hints.work) == hints + 1

    async def test_another_answer_is_kept_and_searched_with(self, stage: Stage) -> None:
        await stage.join()
        lost = await stage.lost()
        await _ask(stage, lost, Question("colour", ("red", "blue")))
        hints = len(stage.hints.work)
        assert (await _answer(stage, lost, ANOTHER)).words == sentence("said")
        assert (await stage.now(lost)).question_answer == ANOTHER
        assert len(stage.hints.work) == hints + 1
        text = sentence("another_colour")
        assert (await _answer(stage, lost, "0")).words == sentence("said_before", said=text)

    async def test_who_may_answer_and_what(self, stage: Stage) -> None:
        await stage.join()
        lost = await stage.lost()
        with pytest.raises(TellUserError, match="nothing_here"):
            await _answer(stage, lost, "0")
        await _ask(stage, lost, Question("colour", ("red", "blue")))
        with pytest.raises(TellUserError, match="only_author"):
            await _answer(stage, lost, "0", BEN)
        with pytest.raises(TellUserError, match="nothing_here"):
            await _answer(stage, lost, "7")
        assert (await _answer(stage, lost, wording.UNSURE)).words == sentence("said_unsure")

    async def test_an_answer_is_thanked_for_by_the_next_search(self, stage: Stage) -> None:
        await stage.join()
        lost, found, _ = await stage.matched(place="gym")
        await _ask(stage, lost, Question("colour", ("red", "blue")))
        await _answer(stage, lost, "0")
        await stage.search(lost, found)
        assert await stage.kinds(lost) == ["first_reply", "match", "question", "thanks"]
        await stage.handlers.withdraw(Withdraw(target=found.target))
        assert await stage.kinds(lost) == ["first_reply", "question"]

    async def test_no_answer_rules_out_what_is_claimed(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        await _ask(stage, lost, Question("colour", ("red", "blue")))
        await stage.claim(match, found)
        await _answer(stage, lost, "0")
        await stage.search(lost, found)
        assert "thanks" not in await stage.kinds(lost)


class VerdictCases:
    """Verdicts and claims."""

    async def test_a_confirmation_returns_both_and_taking_it_back_reopens_them(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, match = await stage.matched()
        assert await stage.verdict(match, VerdictKind.CONFIRM)
        assert not await stage.verdict(match, VerdictKind.CONFIRM)
        assert {await stage.state(report) for report in (lost, found)} == {ReportState.RETURNED}
        assert MODERATOR.name in await stage.words(found)
        assert await stage.verdict(match, VerdictKind.CONFIRM, given=False)
        assert {await stage.state(report) for report in (lost, found)} == {ReportState.OPEN}
        assert (await stage.kinds(lost))[-2:] == ["returned", "reopened"]

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
        await stage.deliver(lost)
        async with stage.session(lost.community) as session:
            cards = await session.workspaces.cards((await stage.join()).id, lost.created_at)
        target = replace(lost.target, message=cards[0].sent.message)
        command = GiveVerdict(target=target, member=MODERATOR, kind=VerdictKind.CONFIRM, given=True, is_moderator=True)
        result = await stage.handlers.give_verdict(command)
        assert result
        assert result.match.id == match.id

    async def test_a_claim_is_shown_to_the_finder_and_accepted(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found, match = await stage.matched(proof_question="what is inside?")
        claim = await stage.claim(match, found)
        assert "a scratch inside" not in await stage.words(lost, found)
        seen = (await stage.press("see_claim", claim, BEN)).text()
        assert "what is inside?" in seen
        assert "a scratch inside" in seen
        with pytest.raises(TellUserError, match="only_finder"):
            await stage.press("accept_claim", claim, ADA, is_moderator=True)
        await stage.press("accept_claim", claim, BEN)
        assert (await stage.kinds(lost))[-1] == "claim"
        assert (await stage.thread(found))[-1].text() == sentence("claim_closed_accepted")
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
            [theirs] = [claim.id for claim in await session.claims.by(MODERATOR.id)]
        await stage.verdict(match, kind)
        async with stage.session(found.community) as session:
            on = await session.claims.on(found.id)
            claims = {claim.match: (claim.state, await session.claims.proof(claim.id)) for claim in on}
        confirmed = kind is VerdictKind.CONFIRM
        assert claims.pop(match.id) == (ClaimState.ACCEPTED if confirmed else ClaimState.REJECTED, "")
        assert list(claims.values()) == [(ClaimState.REJECTED, "") if confirmed else (ClaimState.OPEN, "a dent")]
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


class OwnCases:
    """Members' own reports, and the workspace's settings."""

    async def test_a_members_open_reports_are_listed_with_what_they_can_do(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.lost()
        await stage.found()
        [listed] = await stage.handlers.my_reports("web", "here", ADA)
        assert {button.subject for button in listed.buttons} == {report.id}
        await stage.press("withdraw", report.id, ADA)
        assert await stage.handlers.my_reports("web", "here", ADA) == []

    async def test_a_long_list_says_how_many_it_leaves_out(self, stage: Stage) -> None:
        await stage.join()
        for _ in range(17):
            await stage.lost()
        listed = await stage.handlers.my_reports("web", "here", ADA)
        assert (len(listed), listed[-1].buttons) == (16, ())

    async def test_a_report_is_extended_from_today(self, stage: Stage) -> None:
        await stage.join(keep_days=10)
        report = await stage.lost()
        stage.later(3)
        await stage.press("extend", report.id, ADA)
        assert ((await stage.now(report)).expires_at - report.expires_at).days == 3

    async def test_details_and_photos_are_added_once(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.lost()
        for _ in range(2):
            await stage.press("add_detail", report.id, ADA, words="blue")
            await stage.press("add_photo", report.id, ADA, photos=(PHOTO,), key="one press")
        assert (await stage.now(report)).text == "my umbrella\nblue"
        async with stage.session(report.community) as session:
            assert len(await session.photos.of(report.id)) == 1
        with pytest.raises(TellUserError, match="photo_missing"):
            await stage.press("add_photo", report.id, ADA)

    async def test_too_many_photos_leave_the_report_as_it_was(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.lost(photos=(PHOTO,))
        with pytest.raises(TellUserError, match="too_many_photos"):
            await stage.press("add_photo", report.id, ADA, photos=(PHOTO,) * rules.MOST_PHOTOS)
        async with stage.session(report.community) as session:
            assert len(await session.photos.of(report.id)) == 1

    @pytest.mark.parametrize("action", ["withdraw", "extend", "add_photo", "add_detail"])
    async def test_nobody_changes_anothers_report(self, stage: Stage, action: str) -> None:
        await stage.join()
        report = await stage.lost()
        with pytest.raises(TellUserError, match="only_own"):
            await stage.press(action, report.id, BEN, words="x", photos=(PHOTO,))  # type: ignore[arg-type]

    async def test_a_member_gets_all_that_is_known_and_has_it_deleted(self, stage: Stage) -> None:
        workspace = await stage.join(log_channel="log")
        lost, found, match = await stage.matched(photos=(PHOTO,), proof_question="inside?")
        await stage.keep_photos(found)
        await stage.claim(match, found, "a scratch")
        known = {member: await stage.handlers.export("web", "here", member) for member in (ADA, BEN)}
        await stage.verdict(match, VerdictKind.CONFIRM)
        known[ADA]["claims"] = (await stage.handlers.export("web", "here", ADA))["claims"] + known[ADA]["claims"]
        [after, claim], [report] = known[ADA]["claims"], known[BEN]["reports"]
        assert (after["proof"], after["state"]) == ("", "accepted")
        assert (claim["proof"], report["proof_question"], len(report["photos"])) == ("a scratch", "inside?", 1)
        for member in (MODERATOR, ADA, BEN):
            await stage.press("forget", workspace.id, member)
            left = await stage.handlers.export("web", "here", member)
            assert (left["reports"], left["claims"]) == ([], [])
        assert not {name for name in ("Ada", "Ben", "Derator", "umbrella") if name in await stage.words(lost, found)}

    async def test_settings_that_contradict_each_other_are_refused(self, stage: Stage) -> None:
        await stage.join()
        for settings, error in (
            (Settings(keep_days=0), "keep_days_range"),
            (Settings(found_channels=("1",), lost_channels=("1",)), "channel_twice"),
        ):
            with pytest.raises(TellUserError, match=error):
                await stage.handlers.set_up(ChangeSettings(platform="web", workspace="here", settings=settings))
        assert await stage.handlers.settings("web", "here") == Settings()
        assert "60" in (await stage.handlers.privacy("web", "here", ADA)).text()

    async def test_the_numbers_tell_nothing_of_sealed_reports(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        await stage.matched(sealed=True)
        async with stage.session((await stage.join(log_channel="log")).community) as session:
            numbers = await session.workspaces.statistics()
        assert (numbers.open_lost_reports, numbers.open_found_reports, numbers.matches_shown) == (1, 0, 0)
        assert (await stage.handlers.statistics("web", "here")).kind == "note"


class ZoneCases:
    """Time zones of members and workspaces."""

    async def test_a_member_is_read_in_their_own_zone_or_the_workspaces(self, stage: Stage) -> None:
        workspace = await stage.join(timezone="paris")
        assert str(await stage.handlers.zone("web", "here", ADA)) == "Europe/Paris"
        assert str(await stage.handlers.zone("web", "here", ADA, "New York")) == "America/New_York"
        assert str(await stage.handlers.zone("web", "here", ADA)) == "America/New_York"
        assert str(await stage.handlers.zone("web", "here", BEN)) == "Europe/Paris"
        assert (await stage.handlers.export("web", "here", ADA))["timezone"] == "America/New_York"
        await stage.press("forget", workspace.id, ADA)
        assert str(await stage.handlers.zone("web", "here", ADA)) == "Europe/Paris"

    async def test_an_unknown_zone_is_refused(self, stage: Stage) -> None:
        await stage.join()
        assert await stage.handlers.zone("web", "here", ADA) is None
        for name in ("Atlantis", " "):
            with pytest.raises(TellUserError, match="zone_unknown"):
                await stage.handlers.zone("web", "here", ADA, name)
        with pytest.raises(TellUserError, match="zone_unknown"):
            await stage.join(timezone="Atlantis")


class LinkCases:
    """Two workspaces, one community."""

    async def test_linked_workspaces_share_reports_until_they_part(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        await stage.join("there", log_channel="log")
        lost = await stage.lost()
        found = await stage.found(place="gym", target=ReplyTarget("web", "there", "found", "f1"))
        await _link(stage)
        lost, found = await stage.now(lost), await _moved(stage, lost, found)
        await stage.search(lost, found)
        await _ask(stage, lost, Question("place", ("gym", "pool"), (found.id,)))
        await _answer(stage, lost, "0")
        assert "an umbrella" in await stage.words(lost)
        assert await stage.kinds(lost, "moderators") == ["log"]
        await stage.handlers.unlink("web", "there")
        shown = await stage.words(lost)
        assert not {word for word in ("an umbrella", "gym", "Ben") if word in shown}
        assert "my umbrella" in shown
        assert (await stage.now(lost)).question_answer == ""
        async with stage.session(lost.community) as session:
            assert (await session.matches.of(lost.id), await session.reports.get(found.id)) == ([], None)

    async def test_a_link_code_is_valid_once_and_not_for_its_own_community(self, stage: Stage) -> None:
        await stage.join()
        await stage.join("there")
        await stage.lost()
        code = await stage.handlers.link_code("web", "here")
        with pytest.raises(TellUserError, match="link_code_unknown"):
            await stage.handlers.link("web", "here", code)
        hints = len(stage.hints.work)
        await stage.handlers.link("web", "there", code.lower())
        assert len(stage.hints.work) == hints + 1
        with pytest.raises(TellUserError, match="link_code_unknown"):
            await stage.handlers.link("web", "there", code)

    async def test_a_workspace_that_leaves_takes_its_quotes_along(self, stage: Stage) -> None:
        await stage.join()
        await stage.join("there")
        lost = await stage.lost()
        found = await stage.found(target=ReplyTarget("web", "there", "found", "f1"))
        await _link(stage)
        await stage.search(await stage.now(lost), await _moved(stage, lost, found))
        await stage.handlers.leave("web", "there")
        await stage.handlers.leave("web", "there")
        assert "an umbrella" not in await stage.words(lost)
        with pytest.raises(DefectError):
            await stage.handlers.settings("web", "there")

    async def test_what_is_known_of_a_workspaces_messages(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        by_command = await stage.lost(target=ReplyTarget("web", "here", "lost"))
        await stage.deliver(lost)
        await stage.verdict(match, VerdictKind.REJECT)
        since = lost.created_at
        posts = await stage.handlers.known_posts("web", "here", since)
        assert {post.report.id: post.by_bot for post in posts} == {
            lost.id: False, found.id: False, by_command.id: True,
        }  # fmt: skip
        cards = await stage.handlers.known_cards("web", "here", since)
        assert {(card.match, len(card.verdicts)) for card in cards} == {(match.id, 1)}
        await stage.handlers.withdraw(Withdraw(target=found.target))
        assert len(await stage.handlers.known_posts("web", "here", since)) == 2
        assert await stage.handlers.known_cards("web", "here", since) == []


class GalleryCases:
    """What is nearest to a lost report, and what its owner says about it."""

    async def test_the_first_reply_shows_what_is_nearest(self, stage: Stage) -> None:
        await stage.join()
        lost, found_reports = await stage.lost(), [await stage.found(f"thing {number}") for number in range(8)]
        await stage.search(lost, *found_reports, label=None)
        [gallery] = await stage.thread(lost)
        assert [tile.report for tile in gallery.gallery] == [found.id for found in found_reports[:6]]
        assert gallery.text().startswith("No likely match yet among 8 found items. These come closest:")
        assert [await stage.thread(found) for found in found_reports] == [[]] * 8  # nobody is disturbed

    async def test_labelled_matches_come_first_and_keep_their_cards(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost(), await stage.found()
        await stage.search(lost, found, label=Label.POSSIBLE)
        gallery, card = await stage.thread(lost)
        assert (gallery.gallery[0].label, card.kind) == (Label.POSSIBLE, "match")
        assert gallery.text().startswith("1 possible match among 1 found item.")

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
        await stage.press("none_of_these", lost.id, ADA)
        assert await stage.kinds(lost) == ["first_reply", "first_reply", "nothing"]
        with pytest.raises(TellUserError, match="nothing_here"):
            await stage.press("none_of_these", lost.id, ADA)

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


class HandlerCases(
    PostCases,
    SearchCases,
    VerdictCases,
    OwnCases,
    LinkCases,
    GalleryCases,
    AbsenceCases,
    LookCases,
    RefusalCases,
    HandoverCases,
    PastPostCases,
    PhotoEditCases,
    ReminderCases,
    SampleCases,
    WelcomeCases,
    ZoneCases,
):
    """All of them."""


async def _ask(stage: Stage, lost: Report, question: Question) -> None:
    async with stage.session(lost.community) as session:
        await session.prompts.ask(lost.id, question)
        await session.outbox.post(lost.id, keys.question(lost.id), wording.question(lost, question))


async def _answer(stage: Stage, lost: Report, choice: str, by: Member = ADA) -> AnswerResult:
    command = AnswerQuestion(target=lost.target, member=by, report=lost.id, choice=choice)
    return await stage.handlers.answer_question(command)


async def _link(stage: Stage) -> None:
    await stage.handlers.link("web", "there", await stage.handlers.link_code("web", "here"))


async def _moved(stage: Stage, lost: Report, found: Report) -> Report:
    """Return a found report as it is in the lost report's community."""
    return await stage.now(replace(found, community=lost.community))
