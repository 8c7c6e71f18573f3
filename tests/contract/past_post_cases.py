"""What people see of posts that were read from a channel's history."""

from datetime import timedelta
from typing import Any

from reunite.commands import EditReport
from reunite.entities import Label, ReportState
from reunite.expiry import expire
from tests.contract.stages import ADA, BEN, PHOTO, Stage


def past(stage: Stage, **fields: Any) -> dict[str, Any]:
    """Return the fields of a post of ten days ago, read quietly."""
    return {"is_past": True, "quiet": True, "posted_at": stage.time - timedelta(days=10), **fields}


class PastPostCases:
    """Quiet reports: searchable, but without a word in their threads until something is news."""

    async def test_a_past_post_expires_as_if_it_had_been_reported_then(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.found(**past(stage))
        assert report.expires_at == stage.time + timedelta(days=50)
        assert (await stage.found(posted_at=stage.time - timedelta(days=3))).expires_at == stage.time + timedelta(60)

    async def test_past_posts_come_after_newer_ones_in_a_members_list(self, stage: Stage) -> None:
        await stage.join()
        await stage.lost("a new hat")
        await stage.lost("an old hat", **past(stage))
        shown = await stage.handlers.my_reports("web", "here", ADA)
        assert ["old" in reply.text() for reply in shown] == [True, False]

    async def test_two_past_posts_are_matched_and_nobody_is_notified(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found = await stage.lost(**past(stage)), await stage.found("a passport", **past(stage))
        for report, other in ((lost, found), (found, lost)):
            await stage.search(report, other)
        assert (await stage.match(lost)).label is Label.HIGH
        assert await stage.words(lost, found) == ""
        assert (await stage.now(lost)).question is None

    async def test_an_owner_who_waits_hears_of_a_past_found_report_in_their_own_thread(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, found = await stage.lost(), await stage.found(**past(stage))
        await stage.search(found, lost)
        assert await stage.kinds(lost) == ["match"]
        assert await stage.kinds(found) == []
        assert await stage.kinds(found, "moderators") == ["log"]

    async def test_a_later_report_matches_a_past_one_as_usual(self, stage: Stage) -> None:
        await stage.join()
        past_found, past_lost = await stage.found(**past(stage)), await stage.lost("a hat", **past(stage))
        lost, found = await stage.lost(), await stage.found("a hat")
        await stage.search(lost, past_found)
        await stage.search(found, past_lost, label=Label.POSSIBLE)
        assert await stage.kinds(lost) == ["first_reply", "match"]
        assert await stage.kinds(past_found) == ["match"]
        assert await stage.kinds(past_lost) == ["match"]

    async def test_the_same_post_in_the_usual_way_ends_its_quiet(self, stage: Stage) -> None:
        await stage.join()
        quiet = await stage.found(key="m1", **past(stage))
        again = await stage.found(key="m1", **past(stage, quiet=False))
        assert (again.id, again.quiet, len(stage.hints.work)) == (quiet.id, False, 2)
        await stage.found(key="m1", **past(stage, quiet=False))
        assert len(stage.hints.work) == 2

    async def test_what_has_ended_stays_quiet(self, stage: Stage) -> None:
        await stage.join()
        quiet = await stage.found(key="m1", **past(stage))
        async with stage.session(quiet.community) as session:
            await session.reports.set_state(quiet.id, ReportState.RETURNED)
        again = await stage.found(key="m1", **past(stage, quiet=False))
        assert (again.quiet, len(stage.hints.work)) == (True, 1)

    async def test_an_author_who_continues_is_answered(self, stage: Stage) -> None:
        await stage.join()
        edited = await stage.lost(author=ADA, **past(stage))
        detailed, pictured = await stage.lost(author=ADA, **past(stage)), await stage.lost(author=ADA, **past(stage))
        found = await stage.found(author=BEN)
        assert await stage.handlers.edit(EditReport(target=edited.target, text="my red umbrella"))
        await stage.press("add_detail", detailed.id, ADA, words="it is red")
        await stage.press("add_photo", pictured.id, ADA, photos=(PHOTO,))
        for report in (edited, detailed, pictured):
            await stage.search(report, found)
            assert (await stage.kinds(report))[:2] == ["first_reply", "match"]

    async def test_new_photos_of_its_post_end_its_quiet(self, stage: Stage) -> None:
        await stage.join()
        quiet = await stage.found(photos=(PHOTO,), **past(stage))
        assert await stage.handlers.edit(EditReport(target=quiet.target, text=quiet.text, photos=()))
        assert not (await stage.now(quiet)).quiet

    async def test_the_end_of_a_quiet_report_is_not_announced(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.lost(**past(stage))
        await stage.remind(24 * 45)
        stage.later(51)
        async with stage.session(report.community) as session:
            await expire(session, report.id, stage.time)
        assert await stage.state(report) is ReportState.EXPIRED
        assert await stage.thread(report) == []
