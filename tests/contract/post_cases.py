"""Posts and what is searched for them: cases of the handlers."""

from typing import Any

import pytest

from reunite import rules
from reunite.commands import EditReport, Withdraw
from reunite.entities import (
    Member,
    ReplyTarget,
    ReportState,
    Why,
)
from reunite.errors import DefectError, TellUserError
from reunite.expiry import expire
from reunite.language import sentence
from tests.contract.stages import ADA, BEN, PHOTO, Stage


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
        report = await stage.lost("an\0 umbrella \ud800 ", author=Member("ada", "A\0da\n Lovelace"))
        assert (report.text, report.author.name) == ("an umbrella", "Ada Lovelace")

    @pytest.mark.parametrize(
        ("fields", "error"),
        [
            ({"text": " "}, "empty_report"),
            ({"text": "\u200b\u3164\ufe0f"}, "empty_report"),
            ({"text": "x" * (rules.MAX_TEXT + 1)}, "text_too_long"),
            ({"photos": (PHOTO,) * (rules.MAX_PHOTOS + 1)}, "too_many_photos"),
            ({"sealed": True}, "sealed_needs_log"),
        ],
    )
    async def test_a_report_that_cannot_be_accepted(self, stage: Stage, fields: dict[str, Any], error: str) -> None:
        await stage.join()
        with pytest.raises(TellUserError, match=error):
            await stage.found(**{"text": "keys", **fields})

    @pytest.mark.parametrize("log_channel", ["log", None])
    async def test_a_found_id_is_better_sealed(self, stage: Stage, log_channel: str | None) -> None:
        await stage.join(log_channel=log_channel)
        report = await stage.found("a passport")
        advice = ["better_sealed"] if log_channel else ["not_yet_better_sealed", "sealed_needs_log"]
        [said] = await stage.thread(report)
        assert said.text() == "\n".join(map(sentence, advice))

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

    async def test_of_a_long_place_the_beginning_is_kept(self, stage: Stage) -> None:
        await stage.join()
        assert (await stage.found(place="the gym, " * 100)).place == ("the gym, " * 100)[: rules.MAX_PLACE]

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

    async def test_an_expired_find_asks_its_finder_and_not_an_owner(self, stage: Stage) -> None:
        await stage.join(keep_days=7)
        found, lost = await stage.found(), await stage.lost()
        stage.later(8)
        for report in (found, lost):
            async with stage.session(report.community) as session:
                await expire(session, report.id, stage.time)
        said = [[reply.text() for reply in await stage.thread(report)] for report in (found, lost)]
        assert said == [[sentence("find_expired")], [sentence("expired")]]

    async def test_an_expired_report_says_so_and_is_purged(self, stage: Stage) -> None:
        await stage.join(keep_days=7)
        lost = await stage.lost()
        stage.later(8)
        async with stage.session(lost.community) as session:
            await expire(session, lost.id, stage.time)
        assert await stage.kinds(lost) == ["expired"]
        now = await stage.now(lost)
        assert (now.state, now.text, now.author.name, now.purged) == (ReportState.EXPIRED, "", "", True)
