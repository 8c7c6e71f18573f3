"""The outbox and what leaves it with a report: cases of the store."""

from typing import Any
from uuid import uuid4

import pytest

from reunite.entities import (
    ClaimState,
    ReplyTarget,
    Report,
    VerdictKind,
)
from reunite.errors import DefectError
from reunite.messages import keys, notices, wording
from reunite.messages.reply import Choice, Person, Picture, Plain, Quoted, Reply
from tests.contract.stages import ADA, BEN, MODERATOR, PHOTO, Stage, account


class OutboxCases:
    """Replies, and what happens to those that quote a report."""

    async def test_a_key_is_posted_once(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.lost()
        async with stage.session(report.community) as session:
            posted = [
                await session.outbox.post(report.id, keys.expired(report.id), wording.expired(language))
                for language in ("en", "de")
            ]
        assert posted == [True, False]
        assert await stage.thread(report) == [wording.expired("en")]

    async def test_moderators_without_a_channel_get_nothing(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.lost()
        async with stage.session(report.community) as session:
            assert not await session.outbox.post(
                report.id, keys.expired(report.id), wording.expired(), audience="moderators"
            )

    async def test_a_revised_reply_quotes_what_it_shows_now(self, stage: Stage) -> None:
        await stage.join()
        report, other = await stage.lost(), await stage.found()
        key = keys.first_reply(report.id)
        async with stage.session(report.community) as session:
            await session.outbox.post(report.id, key, Reply("note", ((Quoted("a", other.id),),)))
            assert set(await session.outbox.quoting(other.id)) == {key}
            await session.outbox.revise(key, Reply("note", ((Quoted("b", report.id),),)))
            await session.outbox.revise(keys.thanks(report.id), wording.expired())
            assert await session.outbox.quoting(other.id) == {}
            assert set(await session.outbox.quoting(report.id)) == {key}
        assert [reply.text() for reply in await stage.thread(report)] == ["b"]

    async def test_whatever_quotes_a_purged_report_is_removed_by_what_it_quotes(self, stage: Stage) -> None:
        """One reply for each way to quote, none of a kind that would tell."""
        await stage.join()
        gone, stays = await stage.found(photos=(PHOTO,)), await stage.lost()
        [photo] = await _photos(stage, gone)
        quoting = {
            "words": Reply("note", ((Quoted("an umbrella", gone.id),),)),
            "name": Reply("note", ((Person("web", BEN, report=gone.id),),)),
            "photo": Reply("note", (), picture=Picture(photo, gone.id)),
            "about": Reply("note", ((Plain("it rained"),),), about=frozenset({gone.id})),
            "asked": Reply("note", (), asked=gone.id),
        }
        choices = (Choice("0", "gym", frozenset({gone.id})),)
        kept = {
            "choices": Reply("note", ((Plain("where?"),),), choices=choices),
            "moderator": Reply("note", ((Person("web", MODERATOR),),)),
            "own": Reply("note", ((Quoted("my umbrella", stays.id),),)),
        }
        async with stage.session(gone.community) as session:
            for reply in (*quoting.values(), *kept.values()):
                await session.outbox.post(stays.id, keys.photo_problem(uuid4()), reply)
            await session.deletion.purge(gone.id, wording.ended("en"))
            assert await session.outbox.quoting(gone.id) == {}
        assert await stage.thread(stays) == [
            Reply("note", ((Plain("where?"),),)),
            kept["moderator"],
            kept["own"],
        ]

    async def test_the_post_of_a_purged_report_says_that_it_has_ended(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.lost(target=ReplyTarget("web", "here", "lost"))
        async with stage.session(report.community) as session:
            await session.deletion.purge(report.id, wording.ended("en"))
        assert await stage.thread(report) == [wording.ended("en")]

    async def test_a_purge_leaves_an_empty_report_and_counts_the_claims(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched(place="gym", photos=(PHOTO,), proof_question="inside?")
        await stage.claim(match, found)
        for report in (lost, found):
            async with stage.session(report.community) as session:
                await session.deletion.purge(report.id, wording.ended("en"))
                left = await session.reports.get(report.id)
                assert left
                assert (left.text, left.place, left.author.name, left.purged) == ("", "", "", True)
                assert await session.photos.of(report.id) == []
                assert await session.claims.proof_question(report.id) == ""
                claims = await session.claims.on(found.id)
                assert [(claim.has_proof, claim.member.name, claim.state) for claim in claims] == (
                    [(False, "", ClaimState.REJECTED)] if report is lost else []
                )

    async def test_a_forgotten_moderator_has_no_name_in_any_reply(self, stage: Stage) -> None:
        await stage.join()
        lost, _, match = await stage.matched()
        await stage.verdict(match, VerdictKind.CONFIRM)
        assert MODERATOR.name in await stage.words(lost)
        async with stage.session(lost.community) as session:
            await session.deletion.forget_moderator(account(MODERATOR))
            assert len(await session.verdicts.of(match.id)) == 1
        assert MODERATOR.name not in await stage.words(lost)

    async def test_settings_belong_to_their_workspace(self, stage: Stage) -> None:
        here, there = await stage.join(language="de"), await stage.join("there")
        async with stage.session(here.community) as session:
            assert (await session.workspaces.settings(here.id)).language == "de"
            with pytest.raises(DefectError):
                await session.workspaces.settings(there.id)

    async def test_a_members_time_zone_is_kept_changed_and_forgotten(self, stage: Stage) -> None:
        here, there = await stage.join(timezone="Europe/Paris"), await stage.join("there")
        report = await stage.lost()
        assert report.zone == "Europe/Paris"
        async with stage.session(here.community) as session:
            for zone in ("Asia/Tokyo", "Europe/Berlin"):
                await session.workspaces.set_member_zone(here.id, ADA.id, zone)
            assert await session.workspaces.member_zone(here.id, ADA.id) == "Europe/Berlin"
            assert not await session.workspaces.member_zone(here.id, BEN.id)
        async with stage.session(there.community) as session:
            assert not await session.workspaces.member_zone(here.id, ADA.id)
        async with stage.session(here.community) as session:
            await session.workspaces.set_member_zone(here.id, ADA.id, "")
            assert not await session.workspaces.member_zone(here.id, ADA.id)

    async def test_notices_of_the_advice_to_seal_go_with_the_report(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        report = await stage.found("a passport")
        assert await stage.thread(report) == [notices.better_sealed(report)]
        async with stage.session(report.community) as session:
            await session.deletion.purge(report.id, wording.ended("en"))
        assert await stage.thread(report) == []


async def _photos(stage: Stage, report: Report) -> list[Any]:
    async with stage.session(report.community) as session:
        return [photo.id for photo in await session.photos.of(report.id)]
