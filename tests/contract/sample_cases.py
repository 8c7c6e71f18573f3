"""Samples."""

from datetime import timedelta
from typing import Final

import pytest

from reunite.entities import Label, ReplyTarget, Report, ReportKind, ReportState, VerdictKind
from reunite.errors import TellUserError
from reunite.expiry import expire
from reunite.language import sentence
from reunite.matching.defaults import for_encoder
from reunite.messages.reply import Person, Reply
from reunite.samples import SamplePair
from reunite.search import search_and_announce
from tests.contract.stages import ADA, COPY, MODERATOR, PHOTO, Stage

WEEK: Final = 7


def message(key: str) -> str:
    return sentence(f"note_{key}")


async def post(stage: Stage, workspace: str = "here", *, is_moderator: bool = True) -> Reply:
    found, lost = (ReplyTarget("web", workspace, channel) for channel in ("found", "lost"))
    pair = SamplePair(found=found, lost=lost, found_photo=PHOTO, lost_photo=PHOTO)
    return await stage.handlers.samples.post(pair, "en", is_moderator=is_moderator)


async def samples(stage: Stage, workspace: str = "here") -> list[Report]:
    """Return a workspace's samples that are there, the found report first."""
    known = await stage.store.workspace("web", workspace)
    assert known
    async with stage.session(known.community) as session:
        found = [
            sample
            for sample in await session.reports.samples(ReplyTarget("web", workspace, "found"))
            if not sample.purged
        ]
    return sorted(found, key=lambda report: report.kind)


async def search(stage: Stage, *reports: Report) -> None:
    """Let workers open and search reports, one after the other."""
    for report in reports:
        await stage.keep_photos(report)
        async with stage.session(report.community) as session:
            await session.reports.set_state(report.id, ReportState.OPEN)
        async with stage.session(report.community) as session:
            opened = await session.reports.get(report.id)
            assert opened
            await search_and_announce(session, opened, for_encoder("clip"), is_complete=True)
        await stage.deliver(report)


async def shown(stage: Stage) -> tuple[Report, Report]:
    """Post samples whose threads show their match."""
    await post(stage)
    found, lost = await samples(stage)
    await search(stage, found, lost, lost)
    await stage.search(lost, found, label=Label.HIGH)
    return found, lost


class SampleCases:
    """A found report and a lost report that show how everything works."""

    async def test_samples_are_posted_once_until_they_are_removed(self, stage: Stage) -> None:
        await stage.join()
        first, again = await post(stage), await post(stage)
        assert [reply.text() for reply in (first, again)] == [message("samples_posted"), message("samples_there")]
        found, lost = await samples(stage)
        assert (found.kind, lost.kind) == (ReportKind.FOUND, ReportKind.LOST)
        assert len(stage.hints.work) == 1
        [remove] = again.buttons
        replies = [await stage.press(remove.action, remove.subject, MODERATOR) for _ in range(2)]
        assert [reply.text() for reply in replies] == [message("samples_removed"), message("samples_gone")]
        assert (await post(stage)).text() == message("samples_posted")
        assert not {sample.id for sample in await samples(stage)} & {found.id, lost.id}

    async def test_only_moderators_post_and_remove_samples(self, stage: Stage) -> None:
        workspace = await stage.join()
        with pytest.raises(TellUserError, match="only_moderators_here"):
            await post(stage, is_moderator=False)
        assert await samples(stage) == []
        await post(stage)
        with pytest.raises(TellUserError, match="only_moderators_here"):
            await stage.press("remove_samples", workspace.id, ADA)
        assert len(await samples(stage)) == 2

    async def test_the_lost_sample_follows_once_the_found_one_can_be_found(self, stage: Stage) -> None:
        await stage.join(timezone="Asia/Tokyo")
        await post(stage)
        found, lost = await samples(stage)
        assert await stage.works_on(found, lost) == [found.id]
        await search(stage, found)
        assert lost.id in await stage.works_on(found, lost)
        await search(stage, lost)
        assert (await stage.works_on(lost), await stage.kinds(lost)) == ([lost.id] * 2, ["report_post"])
        await search(stage, lost)
        posts = [(await stage.thread(report))[0] for report in (found, lost)]
        assert [reply.kind for reply in posts] == ["report_post"] * 2
        assert all(reply.picture and reply.opens_thread for reply in posts)
        assert all([button.action for button in reply.buttons] == ["remove_samples"] for reply in posts)
        times = await stage.works_on(found, lost)
        await search(stage, found)
        assert len(await stage.kinds(found)) == len({reply.text() for reply in await stage.thread(found)})
        assert await stage.works_on(found, lost) == times

    async def test_nobody_is_named_or_pinged(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        found, lost = await shown(stage)
        replies = [*await stage.thread(found), *await stage.thread(lost), *await stage.thread(found, "moderators")]
        people = [span for reply in replies for line in reply.lines for span in line if isinstance(span, Person)]
        assert {person.member.name for person in people} == {sentence("samples_finder"), sentence("samples_owner")}
        assert {reply.people("web") for reply in replies} == {()}  # on no platform are they anybody
        for action, subject in (("mine", (await stage.match(lost)).id), ("withdraw", lost.id)):
            with pytest.raises(TellUserError, match="only_"):
                await stage.press(action, subject, lost.author)  # type: ignore[arg-type]

    async def test_removing_the_samples_removes_all_their_replies(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        found, lost = await shown(stage)
        assert await stage.verdict(await stage.match(lost), VerdictKind.CONFIRM)
        assert {await stage.state(report) for report in (found, lost)} == {ReportState.RETURNED}
        await stage.press("remove_samples", found.id, MODERATOR)
        for report in (found, lost):
            assert (await stage.kinds(report), await stage.kinds(report, "moderators")) == ([], [])
            assert (await stage.now(report)).purged

    async def test_samples_end_by_themselves_without_a_word(self, stage: Stage) -> None:
        await stage.join(keep_days=60)
        found, lost = await shown(stage)
        assert {report.expires_at for report in (found, lost)} == {stage.time + timedelta(days=WEEK)}
        stage.later(WEEK)
        assert await stage.store.due.reminders(stage.time - timedelta(days=1), 100) == []
        for report in (found, lost):
            async with stage.session(report.community) as session:
                await expire(session, report.id, stage.time)
            assert await stage.kinds(report) == []
        assert await samples(stage) == []

    async def test_samples_and_reports_never_find_each_other(self, stage: Stage) -> None:
        words = sentence("samples_found_words")
        await stage.join()
        lost, found = await stage.lost(words), await stage.found(words)
        sample_found, sample_lost = await shown(stage)
        await search(stage, lost, found)
        assert {(match.lost, match.found) for match in await stage.matches(lost)} <= {(lost.id, found.id)}
        assert {(match.lost, match.found) for match in await stage.matches(sample_lost)} == {
            (sample_lost.id, sample_found.id)
        }
        assert sample_found.id not in {quoted for report in (lost, found) for quoted in await quotes(stage, report)}
        assert {lost.id, found.id}.isdisjoint(
            {quoted for report in (sample_found, sample_lost) for quoted in await quotes(stage, report)}
        )

    async def test_samples_of_linked_workspaces_stay_apart(self, stage: Stage) -> None:
        await stage.join()
        await stage.join("there")
        await post(stage)
        await post(stage, "there")
        await stage.handlers.link("web", "there", await stage.handlers.link_code("web", "here"))
        mine, theirs = await samples(stage), await samples(stage, "there")
        await search(stage, *mine, *theirs, mine[1], theirs[1])
        for found, lost in (mine, theirs):
            assert {match.found for match in await stage.matches(lost)} <= {found.id}
        await stage.press("remove_samples", mine[0].id, MODERATOR)
        assert (await samples(stage), len(await samples(stage, "there"))) == ([], 2)

    async def test_samples_count_nowhere(self, stage: Stage) -> None:
        workspace = await stage.join(digest=True, log_channel="log")
        before = await stage.handlers.statistics("web", "here")
        found, lost = await shown(stage)
        assert await stage.verdict(await stage.match(lost), VerdictKind.REJECT)
        assert await stage.handlers.statistics("web", "here") == before
        assert await stage.verdict(await stage.match(lost), VerdictKind.CONFIRM)
        assert await stage.handlers.statistics("web", "here") == before
        await stage.digest(0)
        assert [await stage.thread(report, "channel") for report in (found, lost)] == [[], []]
        async with stage.session(workspace.community) as session:
            assert await session.candidates.open_lost() == []
            assert await session.photos.stored_copy((await session.photos.of(found.id))[0].id) == COPY


async def quotes(stage: Stage, report: Report) -> set[object]:
    return {quoted for reply in await stage.thread(report) for quoted in reply.quotes}
