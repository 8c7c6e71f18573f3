"""The first minute in a workspace."""

from dataclasses import replace

from reunite.commands import Withdraw
from reunite.entities import ReplyTarget
from reunite.language import plural, sentence
from reunite.messages.welcome import NamedCommands
from tests.contract.stages import ADA, BEN, PHOTO, Stage


class WelcomeCases:
    """Greetings and digests."""

    async def test_a_digest_shows_each_week_what_still_waits(self, stage: Stage) -> None:
        await stage.join(digest=True, log_channel="log")
        found_reports = [
            await stage.found(f"find {number}", photos=(PHOTO,), target=_at(number)) for number in range(7)
        ]
        sealed = await stage.found("a passport", sealed=True, target=_at(8))
        await stage.lost("a cup")
        await stage.keep_photos(found_reports[-1])
        for days, times in ((0, 1), (6, 1), (7.1, 2)):
            await stage.digest(days)
            assert len([reply for found in found_reports for reply in await stage.thread(found, "channel")]) == times
        first = (await stage.thread(found_reports[-1], "channel"))[0]
        assert plural("open_found", 7) in first.text()
        assert [tile.report for tile in first.gallery] == [found.id for found in found_reports[1:]]
        assert (first.gallery[-1].photo is not None, sealed.id in first.quotes) == (True, False)
        await stage.handlers.withdraw(Withdraw(target=found_reports[-1].target))
        await stage.press("withdraw", found_reports[1].id, BEN)
        left = [reply for found in found_reports for reply in await stage.thread(found, "channel")]
        assert {tile.report for reply in left for tile in reply.gallery} == {found.id for found in found_reports[2:-1]}

    async def test_a_digest_comes_in_a_channel_of_several_rather_than_where_one_person_posted_most(
        self, stage: Stage
    ) -> None:
        await stage.join(digest=True)
        for number in range(3):
            await stage.found(target=replace(_at(number), channel="of one"))
        shared = [await stage.found(author=author, target=_at(author.id)) for author in (ADA, BEN)]
        await stage.digest(0)
        [digest] = [reply for report in shared for reply in await stage.thread(report, "channel")]
        assert {tile.report for tile in digest.gallery} == {report.id for report in shared}
        assert plural("open_found", 5) in digest.text()

    async def test_no_digest_comes_unasked_or_with_nothing_in_it(self, stage: Stage) -> None:
        await stage.join()
        found = await stage.found()
        await stage.digest(0)
        await stage.join("there", digest=True)
        await stage.digest(8)
        assert await stage.thread(found, "channel") == []

    async def test_a_workspace_is_greeted_once_in_its_language(self, stage: Stage) -> None:
        await stage.join(language="de")
        await stage.join("there")
        commands = NamedCommands("/lost", "/found", "/sealed", "/search", "/mine", "/privacy", "/setup", "/help")
        welcome = stage.handlers.welcome
        first = await welcome.greeting("web", "here", commands)
        assert first
        assert not first.channel
        assert sentence("greet_try", "de", search="/search") in first.reply.text()
        for channel in ("found", "lost"):  # it may have been sent to the first
            await welcome.note_invitation("web", "here", channel)
            await welcome.note_attempt("web", "here")
            due = await welcome.greeting("web", "here", commands)
            assert due
            assert due == first._replace(channel="found", tried_at=due.tried_at)
            assert due.tried_at
        await welcome.note_refusal("web", "here")
        await welcome.note_invitation("web", "here", "lost")
        assert await welcome.greeting("web", "here", commands) == first._replace(channel="lost")
        await welcome.note_greeting("web", "here")
        assert await welcome.greeting("web", "here", commands) is None
        assert await welcome.greeting("web", "there", commands)


def _at(number: int | str) -> ReplyTarget:
    return ReplyTarget("web", "here", "found", f"post {number}")
