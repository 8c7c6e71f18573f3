"""What the handlers do."""

from dataclasses import replace

import pytest

from reunite import rules
from reunite.commands import ChangeSettings, Withdraw
from reunite.entities import (
    ClaimState,
    Question,
    ReplyTarget,
    Report,
    ReportState,
    Settings,
    VerdictKind,
)
from reunite.errors import DefectError, TellUserError
from reunite.language import plural, sentence
from reunite.messages.wording import end_of
from tests.contract.absence_cases import AbsenceCases
from tests.contract.account_cases import AccountCases
from tests.contract.claim_over_cases import ClaimOverCases
from tests.contract.declined_cases import DeclinedCases
from tests.contract.first_reply_cases import FirstReplyCases
from tests.contract.gallery_cases import GalleryCases
from tests.contract.handover_cases import HandoverCases
from tests.contract.kind_cases import KindCases
from tests.contract.look_cases import LookCases, RefusalCases
from tests.contract.other_side_cases import OtherSideCases
from tests.contract.past_post_cases import PastPostCases
from tests.contract.photo_edit_cases import PhotoEditCases
from tests.contract.photo_hint_cases import PhotoHintCases
from tests.contract.post_cases import PostCases
from tests.contract.questions import answer, ask
from tests.contract.reminder_cases import ReminderCases
from tests.contract.repeat_cases import RepeatCases
from tests.contract.returned_twice_cases import ReturnedTwiceCases
from tests.contract.sample_cases import SampleCases
from tests.contract.search_cases import SearchCases
from tests.contract.stages import ADA, BEN, MODERATOR, PHOTO, Stage, account
from tests.contract.vague_cases import VagueCases
from tests.contract.verdict_cases import VerdictCases
from tests.contract.welcome_cases import WelcomeCases


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
        await stage.search(report)
        assert sentence("keep_watching", until=end_of(report, "en")) in await stage.words(report)
        stage.later(3)
        await stage.join(keep_days=10, language="de")  # the thread stays in its language
        await stage.press("extend", report.id, ADA)
        extended = await stage.now(report)
        assert (extended.expires_at - report.expires_at).days == 3
        assert sentence("keep_watching", until=end_of(extended, "en")) in await stage.words(report)
        await stage.press("withdraw", report.id, ADA)
        assert sentence("keep_watching", until=end_of(extended, "en")) not in await stage.words(report)

    async def test_a_report_whose_time_is_up_is_not_extended(self, stage: Stage) -> None:
        """It's how all reports of a member end who deletes what is known about them, also one that opens meanwhile."""
        await stage.join()
        lost, found, match = await stage.matched()
        await stage.verdict(match, VerdictKind.CONFIRM)
        async with stage.session(lost.community) as session:
            await session.reports.set_expiry(lost.id, stage.time)
        await stage.verdict(match, VerdictKind.CONFIRM, given=False)
        assert await stage.state(lost) is ReportState.OPEN
        with pytest.raises(TellUserError, match="nothing_here"):
            await stage.press("extend", lost.id, ADA)
        assert (await stage.now(lost)).expires_at == stage.time
        await stage.press("extend", found.id, MODERATOR)

    async def test_moderators_keep_what_was_found_for_longer_but_not_what_others_have_lost(self, stage: Stage) -> None:
        await stage.join(keep_days=10, log_channel="log")
        lost, found = await stage.lost(private=True), await stage.found()
        stage.later(3)
        with pytest.raises(TellUserError, match="only_own"):
            await stage.press("extend", lost.id, MODERATOR)
        await stage.press("extend", found.id, MODERATOR)
        assert (await stage.now(lost)).expires_at == lost.expires_at
        assert ((await stage.now(found)).expires_at - found.expires_at).days == 3

    async def test_a_report_is_kept_for_as_long_as_its_own_workspace_says(self, stage: Stage) -> None:
        await stage.join(keep_days=10)
        there = await stage.join("there", "slack", keep_days=100)
        await stage.handlers.link("slack", "there", await stage.handlers.link_code("web", "here"))
        found = await stage.found()
        stage.later(3)
        target = ReplyTarget("slack", there.external_id, "C1", "any")
        await stage.press("extend", found.id, MODERATOR, target=target)
        assert ((await stage.now(found)).expires_at - found.expires_at).days == 3

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
            await stage.press("add_photo", report.id, ADA, photos=(PHOTO,) * rules.MAX_PHOTOS)
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
        assert (numbers.open_lost, numbers.open_found, numbers.matches_shown) == (1, 0, 0)
        before = await stage.handlers.statistics("web", "here")
        assert before.kind == "note"
        await stage.lost(private=True)
        assert await stage.handlers.statistics("web", "here") == before

    async def test_moderators_count_what_they_alone_see_and_members_do_not(self, stage: Stage) -> None:
        workspace = await stage.join(log_channel="log")
        await stage.lost(private=True)
        await stage.found(sealed=True)
        _, _, match = await stage.matched(sealed=True)
        await stage.verdict(match, VerdictKind.CONFIRM)
        async with stage.session(workspace.community) as session:
            counted = [await session.workspaces.statistics(for_moderators=them) for them in (False, True)]
            assert [(each.open_lost, each.open_found, each.returned) for each in counted] == [(0, 0, 0), (1, 1, 1)]
            assert sum((await session.workspaces.trends()).returned) == 0
            assert await session.workspaces.count("returned") == 0
        members = (await stage.handlers.statistics("web", "here")).text()
        moderators = (await stage.handlers.statistics("web", "here", for_moderators=True)).text()
        assert plural("open_found", 0, "en") in members
        assert plural("open_found", 1, "en") in moderators


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
        await ask(stage, lost, Question("place", ("gym", "pool"), (found.id,)))
        await answer(stage, lost, "0")
        assert "an umbrella" in await stage.words(lost)
        assert await stage.kinds(lost, "moderators") == ["log"]
        await stage.handlers.forms.check_linked("web", "there")
        await stage.handlers.unlink("web", "there")
        with pytest.raises(TellUserError, match="not_linked"):
            await stage.handlers.forms.check_linked("web", "there")
        shown = await stage.words(lost)
        assert not {word for word in ("an umbrella", "gym", "Ben") if word in shown}
        assert "my umbrella" in shown
        assert (await stage.now(lost)).question_answer == ""
        async with stage.session(lost.community) as session:
            assert (await session.matches.of(lost.id), await session.reports.get(found.id)) == ([], None)

    async def test_what_people_have_decided_moves_with_their_workspace(self, stage: Stage) -> None:
        here, there = await stage.join(), await stage.join("there")
        lost = await stage.lost(target=ReplyTarget("web", "there", "lost", "l1"))
        found = await stage.found(target=ReplyTarget("web", "there", "found", "f1"))
        await stage.search(lost, found)
        async with stage.session(there.community) as session:
            [match] = await session.matches.of(lost.id)
            claim = await session.claims.add(match.id, ADA, "a scratch")
        target = ReplyTarget("web", "there", "found", "any")
        await stage.press("reject_claim", claim.id, BEN, target=target)
        await _link(stage)
        async with stage.session(here.community) as session:
            assert [claim.state for claim in await session.claims.on(found.id)] == [ClaimState.REJECTED]
            assert [each.match for each in await session.verdicts.decisions_by(account(BEN, "there"))] == [match.id]

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
        with pytest.raises(TellUserError, match="link_code_used"):
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
        assert {report.id for report in posts} == {lost.id, found.id, by_command.id}
        in_channel = await stage.handlers.known_posts("web", "here", channel=found.target.channel)
        assert [report.id for report in in_channel] == [found.id]
        cards = await stage.handlers.known_cards("web", "here", since)
        assert {(card.match, len(card.verdicts)) for card in cards} == {(match.id, 1)}
        await stage.handlers.withdraw(Withdraw(target=found.target))
        assert len(await stage.handlers.known_posts("web", "here", since)) == 2
        assert await stage.handlers.known_cards("web", "here", since) == []


class HandlerCases(
    PostCases,
    SearchCases,
    VerdictCases,
    ReturnedTwiceCases,
    OwnCases,
    LinkCases,
    AccountCases,
    FirstReplyCases,
    DeclinedCases,
    GalleryCases,
    AbsenceCases,
    LookCases,
    RefusalCases,
    HandoverCases,
    OtherSideCases,
    ClaimOverCases,
    PastPostCases,
    PhotoEditCases,
    PhotoHintCases,
    KindCases,
    ReminderCases,
    RepeatCases,
    VagueCases,
    SampleCases,
    WelcomeCases,
    ZoneCases,
):
    """All of them."""


async def _link(stage: Stage) -> None:
    await stage.handlers.link("web", "there", await stage.handlers.link_code("web", "here"))


async def _moved(stage: Stage, lost: Report, found: Report) -> Report:
    """Return a found report as it is in the lost report's community."""
    return await stage.now(replace(found, community=lost.community))
