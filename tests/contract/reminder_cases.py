"""What is brought up when nobody answers."""

from datetime import timedelta

import pytest

from reunite.entities import ReportState, VerdictKind
from reunite.language import date_words, sentence
from reunite.reminders import remind
from tests.contract.stages import ADA, BEN, MODERATOR, Stage

DAY = 24


class ReminderCases:
    """Reminders by a moved clock."""

    async def test_a_report_says_a_week_before_that_it_ends_and_can_be_kept(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.lost()
        text = sentence("ends_soon", until=date_words(report.expires_at))
        for hours, times in ((52 * DAY, 0), (53 * DAY + 1, 1), (54 * DAY, 1)):
            await stage.remind(hours)
            assert (await stage.words(report)).count(text) == times
        [reminder] = await stage.thread(report)
        assert [button.action for button in reminder.buttons] == ["extend", "withdraw", "reminders_off"]
        stage.later(54)
        await stage.press("extend", report.id, ADA)
        [kept] = await stage.thread(report)
        assert (kept.buttons, text in kept.text()) == ((), False)
        await stage.remind(52 * DAY)
        assert len(await stage.thread(report)) == 1
        await stage.remind(53 * DAY + 1)
        assert len(await stage.thread(report)) == 2

    async def test_a_short_report_or_one_that_has_ended_says_nothing(self, stage: Stage) -> None:
        await stage.join(keep_days=7)
        short = await stage.lost()
        await stage.join()
        ended = await stage.lost()
        async with stage.session(ended.community) as session:
            await session.reports.set_state(ended.id, ReportState.RETURNED)
        for hours in (1, 54 * DAY, 70 * DAY):
            await stage.remind(hours)
        assert await stage.thread(short) == await stage.thread(ended) == []

    async def test_a_claim_that_nobody_has_looked_at_is_brought_up_once(self, stage: Stage) -> None:
        await stage.join()
        _, found, match = await stage.matched()
        await stage.claim(match, found)
        text = sentence("claim_waits_for_you")
        for hours, times in ((23, 0), (25, 1), (99, 1)):
            await stage.remind(hours)
            assert (await stage.words(found)).count(text) == times
        assert "a scratch inside" not in await stage.words(found)

    async def test_a_claim_that_was_looked_at_is_left_to_its_finder(self, stage: Stage) -> None:
        await stage.join()
        _, found, match = await stage.matched()
        await stage.press("see_claim", await stage.claim(match, found), BEN)
        await stage.remind(99)
        assert sentence("claim_waits_for_you") not in await stage.words(found)

    @pytest.mark.parametrize("by", ["both", "moderators"])
    async def test_an_owner_is_asked_after_two_days_whether_it_is_back(self, stage: Stage, by: str) -> None:
        await stage.join(returned_by=by)
        lost, found, match = await stage.matched()
        await stage.press("accept_claim", await stage.claim(match, found), BEN)
        text = sentence("is_it_back" if by == "both" else "is_it_back_moderated")
        for hours, times in ((47, 0), (49, 1), (99, 1)):
            await stage.remind(hours)
            assert (await stage.words(lost)).count(text) == times
        actions = [button.action for button in (await stage.thread(lost))[-1].buttons]
        assert ("got_back" in actions) is (by == "both")

    @pytest.mark.parametrize("how", ["rejected", "given away"])
    async def test_a_reminder_says_no_longer_that_it_is_theirs_once_it_is_not(self, stage: Stage, how: str) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        other = await stage.lost("an umbrella of mine", author=MODERATOR)
        await stage.search(other, found)
        await stage.press("accept_claim", await stage.claim(match, found), BEN)
        await stage.remind(49)
        thread = await stage.thread(lost)
        decided = (match, VerdictKind.REJECT) if how == "rejected" else (await stage.match(other), VerdictKind.CONFIRM)
        await stage.verdict(*decided)
        over = (await stage.thread(lost))[len(thread) - 1]
        words = sentence("claim_overruled" if how == "rejected" else "claim_given_away")
        assert (over.text(), over.buttons) == (words, ())
        await stage.verdict(*decided, given=False)
        assert (await stage.thread(lost))[len(thread) - 1] == thread[-1]

    async def test_nobody_is_asked_about_what_is_back(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        await stage.press("accept_claim", await stage.claim(match, found), BEN)
        await stage.press("got_back", match.id, ADA)
        await stage.press("handed_over", match.id, BEN)
        await stage.remind(49)
        assert sentence("is_it_back") not in await stage.words(lost)

    async def test_an_owner_who_has_answered_is_not_asked_again(self, stage: Stage) -> None:
        """A second press would take their answer back."""
        await stage.join()
        lost, found, match = await stage.matched()
        await stage.press("accept_claim", await stage.claim(match, found), BEN)
        await stage.press("got_back", match.id, ADA)
        await stage.remind(49)
        assert sentence("is_it_back") not in await stage.words(lost)

    async def test_a_claim_that_is_rejected_meanwhile_is_not_brought_up(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        claim = await stage.claim(match, found)
        [(community, due)] = await stage.store.due.reminders(stage.time + timedelta(hours=25), 100)
        await stage.press("reject_claim", claim, BEN)
        before = await stage.words(lost, found)
        async with stage.session(community) as session:
            await remind(session, due)
        assert await stage.words(lost, found) == before

    async def test_a_sealed_report_names_no_finder(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        _, found, match = await stage.matched(sealed=True)
        await stage.press("release", match.id, MODERATOR)
        await stage.claim(match, found)
        for hours in (25, 54 * DAY):
            await stage.remind(hours)
        reminders = [reply for reply in await stage.thread(found) if "reminders_off" in str(reply.buttons)]
        assert len(reminders) == 2
        assert all(not reminder.people("web") for reminder in reminders)

    async def test_a_member_switches_reminders_off_and_on(self, stage: Stage) -> None:
        workspace = await stage.join()
        first, second = await stage.lost(), await stage.lost()
        off = await stage.press("reminders_off", first.id, ADA)
        assert (off.text(), off.buttons[0].action) == (sentence("note_reminders_off"), "reminders_on")
        assert (await stage.handlers.export("web", "here", ADA))["reminders"] is False
        offered = (await stage.handlers.privacy("web", "here", ADA)).buttons
        assert [button.action for button in offered] == ["forget", "reminders_on"]
        await stage.remind(54 * DAY)
        assert await stage.thread(first) == []
        await stage.press("reminders_on", workspace.id, ADA)
        assert (await stage.handlers.export("web", "here", ADA))["reminders"] is True
        async with stage.session(second.community) as session:
            await session.reports.set_expiry(second.id, second.expires_at + timedelta(days=9))
        await stage.remind(64 * DAY)
        assert (len(await stage.thread(first)), len(await stage.thread(second))) == (0, 1)

    async def test_who_is_forgotten_is_quiet_no_more(self, stage: Stage) -> None:
        workspace = await stage.join()
        await stage.press("reminders_off", workspace.id, ADA)
        await stage.press("forget", workspace.id, ADA)
        async with stage.session(workspace.community) as session:
            assert not await session.prompts.wants_no_reminders(workspace.id, ADA.id)
