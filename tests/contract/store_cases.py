"""What each part of a session promises.

The similarities of candidates are not covered: only PostgreSQL compares embeddings (tests/integration).
"""

from datetime import timedelta
from uuid import uuid4

import pytest

from reunite.commands import ReportFound
from reunite.entities import (
    MatchState,
    PhotoState,
    Question,
    ReplyTarget,
    Report,
    ReportState,
    Settings,
)
from reunite.errors import TryAgainError
from reunite.messages import keys, wording
from reunite.messages.reply import Reply
from tests.contract.match_cases import MatchCases, paired
from tests.contract.outbox_cases import OutboxCases
from tests.contract.stages import ADA, BEN, COPY, PHOTO, Stage


class SessionCases:
    """Transactions and communities."""

    async def test_an_error_undoes_the_whole_transaction(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.lost()
        with pytest.raises(ZeroDivisionError):
            await self._fail(stage, report)
        assert (await stage.now(report)).text == report.text
        assert await stage.thread(report) == []

    @staticmethod
    async def _fail(stage: Stage, report: Report) -> None:
        async with stage.session(report.community) as session:
            await session.reports.set_text(report.id, "another", "")
            await session.work.add(report.id)
            await session.outbox.post(report.id, keys.expired(report.id), wording.expired())
            raise ZeroDivisionError

    async def test_another_community_sees_and_changes_nothing(self, stage: Stage) -> None:
        await stage.join()
        other = await stage.join("there")
        lost, _, match = await stage.matched()
        async with stage.session(other.community) as session:
            assert await session.reports.get(lost.id) is None
            assert await session.reports.at(lost.target) is None
            assert await session.reports.lock({lost.id}) == {}
            assert await session.matches.get(match.id) is None
            assert await session.photos.of(lost.id) == []
            assert await session.outbox.quoting(lost.id) == {}
            await session.reports.set_text(lost.id, "another", "")
            await session.matches.release(match.id)
            await session.outbox.revise(keys.card(match.id, lost.kind), Reply("note", ()))
            assert not await session.outbox.post(lost.id, keys.expired(lost.id), wording.expired())
        assert (await stage.now(lost)).text == lost.text
        assert not (await stage.match(lost)).released
        assert "note" not in await stage.kinds(lost)

    async def test_a_report_of_another_community_gets_no_work(self, stage: Stage) -> None:
        await stage.join()
        other = await stage.join("there")
        lost = await stage.lost()
        target = ReplyTarget("web", "here", "found", "f1")
        command = ReportFound(source_key="f1", target=target, author=BEN, text="a cup")
        with pytest.raises(TryAgainError):
            async with stage.session(other.community) as session:
                await session.reports.add(command, lost.expires_at)

    async def test_joining_twice_is_joining_once(self, stage: Stage) -> None:
        first, again = await stage.join(), await stage.join()
        assert first == again == await stage.store.workspace("web", "here")
        assert await stage.store.workspace("slack", "here") is None
        async with stage.store.entered("web", "here") as (workspace, settings, _):
            assert (workspace, settings) == (first, Settings())


class ReportCases:
    """Reports, questions, photos and work."""

    async def test_samples_are_those_of_a_workspace_also_when_they_are_purged(self, stage: Stage) -> None:
        workspace = await stage.join()
        await stage.join("there")
        found, lost = await stage.found("a cup", sample=True), await stage.lost("a cup", sample=True)
        report = await stage.found("a cup")
        assert [saved.sample for saved in (found, lost, report)] == [True, True, False]
        async with stage.session(workspace.community) as session:
            assert await session.candidates.open_lost() == []
            await session.work.add(found.id, hinted=False)
            await session.outbox.post(found.id, keys.expired(found.id), wording.expired())
            await session.deletion.purge(found.id, None)
            assert [sample.purged for sample in await session.reports.samples(found.target)] == [True, False]
            assert await session.reports.samples(ReplyTarget("web", "there", "found")) == []
        assert await stage.thread(found) == []

    async def test_a_report_is_read_as_it_was_added(self, stage: Stage) -> None:
        await stage.join(language="de")
        fields = {"place": "gym", "sealed": False, "private": True, "happened_at": stage.time}
        report = await stage.lost("a cup", **fields)
        assert (report.text, report.place, report.private, report.language) == ("a cup", "gym", True, "de")
        assert (report.happened_at, report.question_answer, report.has_first_reply) == (stage.time, None, False)
        assert report.expires_at == stage.time + timedelta(days=60)

    async def test_a_search_knows_when_each_report_was_posted(self, stage: Stage) -> None:
        await stage.join()
        posted, stated = stage.time - timedelta(days=2), stage.time - timedelta(days=5)
        await stage.found("badge XK-7731", posted_at=posted)
        lost = await stage.lost("a badge, number XK-7731", posted_at=stage.time, happened_at=stated)
        async with stage.session(lost.community) as session:
            search = await session.candidates.search(lost, 10)
        [candidate] = search.candidates
        query, other = search.query, candidate.item
        assert (query.at, query.time_is_stated, query.posted_at) == (stated, True, stage.time)
        assert (other.at, other.time_is_stated, other.posted_at) == (posted, False, posted)

    async def test_the_same_source_key_is_the_same_report(self, stage: Stage) -> None:
        await stage.join()
        first = await stage.found(key="f1", photos=(PHOTO,))
        command = ReportFound(source_key="f1", target=first.target, author=ADA, text="other words")
        async with stage.session(first.community) as session:
            again, work = await session.reports.add(command, first.expires_at)
            assert (again, work) == (first, None)
            assert len(await session.photos.of(first.id)) == 1

    async def test_reports_are_found_by_post_author_and_state(self, stage: Stage) -> None:
        workspace = await stage.join(log_channel="log")
        first, second = await stage.lost(), await stage.lost()
        async with stage.session(first.community) as session:
            assert await session.reports.at(first.target) == first
            assert await session.reports.by_author(workspace.id, ADA.id) == [first, second]
            assert set(await session.candidates.open_lost()) == {first.id, second.id}
            assert not await session.candidates.has_sealed()
            await session.reports.set_state(first.id, ReportState.WITHDRAWN)
            await session.deletion.purge(first.id, wording.ended("en"))
            assert await session.reports.by_author(workspace.id, ADA.id) == [second]
            assert await session.workspaces.reports(workspace.id) == [second.id]
            assert await session.candidates.open_lost() == [second.id]
        await stage.found(sealed=True)
        async with stage.session(first.community) as session:
            assert await session.candidates.has_sealed()

    async def test_the_reports_of_one_author_are_counted_by_workspace_and_time(self, stage: Stage) -> None:
        await stage.join()
        other = await stage.join("there")
        first = await stage.lost()
        await stage.found(author=first.author)
        await stage.found()
        with_key = ReplyTarget("web", "there", "found", "f1")
        await stage.found(key="f1", target=with_key, author=first.author)
        async with stage.session(first.community) as session:
            assert await session.work.count_by_same_author(first.id, first.created_at - timedelta(hours=1)) == 2
            assert await session.work.count_by_same_author(first.id, first.created_at + timedelta(hours=1)) == 0
            before = await session.work.backlog(first.created_at - timedelta(hours=1))
            await session.work.add(first.id)
            after = await session.work.backlog(first.created_at - timedelta(hours=1))
        assert (before.queued + 1, before.seconds_each) == (after.queued, None)
        async with stage.session(other.community) as session:
            assert (await session.work.backlog(first.created_at)).queued == 1

    async def test_a_report_changes_field_by_field(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.lost(quiet=True)
        later = report.expires_at + timedelta(days=1)
        assert report.quiet
        async with stage.session(report.community) as session:
            await session.reports.note_change(report.id)
            await session.reports.set_text(report.id, "a cup\nblue", "blue")
            await session.reports.set_expiry(report.id, later)
            await session.reports.mark_first_reply(report.id)
            for options in (("red", "blue"), ("late",)):
                await session.prompts.ask(report.id, Question("colour", options, (report.id,)))
            await session.prompts.answer(report.id, "blue")
            locked = (await session.reports.lock({report.id, uuid4()}))[report.id]
        assert locked == await stage.now(report)
        assert (locked.text, locked.details, locked.expires_at) == ("a cup\nblue", "blue", later)
        assert (locked.question, locked.question_answer) == (Question("colour", ("red", "blue"), (report.id,)), "blue")
        assert (locked.has_first_reply, locked.quiet) == (True, False)

    async def test_photos_keep_their_order_and_come_once(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.lost(photos=(PHOTO,))
        async with stage.session(report.community) as session:
            for _ in range(2):
                await session.photos.add(report.id, (PHOTO, PHOTO), "a press")
            photos = await session.photos.of(report.id)
            assert [photo.position for photo in photos] == [0, 1, 2]
            assert await session.photos.stored_copy(photos[0].id) is None
        await stage.keep_photos(report)
        async with stage.session(report.community) as session:
            assert {photo.state for photo in await session.photos.of(report.id)} == {PhotoState.STORED}
            assert await session.photos.stored_copy(photos[0].id) == COPY

    @pytest.mark.parametrize("change", ["none", "reject", "decline", "close", "seal", "release"])
    async def test_which_reports_a_search_considers(self, stage: Stage, change: str) -> None:
        await stage.join(log_channel="log")
        lost = await stage.lost("a badge, number XK-7731")
        found = await stage.found("badge XK-7731", sealed=change in {"seal", "release"})
        async with stage.session(lost.community) as session:
            match = await paired(session, lost, found)
            if change == "reject":
                await session.matches.set_state(match.id, MatchState.REJECTED)
            await session.matches.decline(match.id, declined=change == "decline")
            if change == "close":
                await session.reports.set_state(found.id, ReportState.RETURNED)
            if change == "release":
                await session.matches.release(match.id)
            search = await session.candidates.search(lost, 10)
            every = await session.candidates.search(lost, 10, sealed=True)
        assert bool(search.candidates) == (change == "none")
        assert bool(every.candidates) == (change in {"none", "release", "seal"})
        assert search.open_count == (change not in {"close", "seal", "release"})

    async def test_private_reports_are_not_counted_for_viewers_who_may_not_see_them(self, stage: Stage) -> None:
        await stage.join()
        await stage.lost("a badge, number XK-7731", private=True)
        found = await stage.found("badge XK-7731")
        async with stage.session(found.community) as session:
            every = await session.candidates.search(found, 10)
            public = await session.candidates.search(found, 10, private=False)
        assert (len(every.candidates), every.open_count) == (1, 1)
        assert (len(public.candidates), public.open_count) == (0, 0)


class StoreCases(SessionCases, ReportCases, MatchCases, OutboxCases):
    """All of them."""
