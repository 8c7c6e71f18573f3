"""What each part of a session promises, whatever store it is of: run in memory and on PostgreSQL.

The similarities of candidates are not covered: only PostgreSQL compares embeddings (tests/integration).
"""

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from reunite.commands import GiveVerdict, ReportFound, Withdraw
from reunite.entities import (
    ClaimState,
    Label,
    LostItem,
    Match,
    MatchState,
    PhotoState,
    PromisesKept,
    Question,
    ReplyTarget,
    Report,
    ReportState,
    Settings,
    VerdictKind,
    Why,
)
from reunite.errors import DefectError, TryAgainError
from reunite.messages import keys, notices, wording
from reunite.messages.reply import Choice, Person, Picture, Plain, Quoted, Reply
from reunite.ports import ScoredPair, Session
from tests.contract.stages import ADA, BEN, COPY, MODERATOR, PHOTO, Stage
from tests.support.threads import readers_of_losses


async def paired(session: Session, lost: Report, found: Report, probability: float = 0.9, **fields: Any) -> Match:
    return await session.matches.save(ScoredPair(lost.id, found.id, probability, Label.HIGH, (), {}, **fields))


async def judge(session: Session, match: Match, what: str) -> None:
    match what:
        case "confirm" | "reject":
            confirmed = what == "confirm"
            await session.matches.set_state(match.id, MatchState.CONFIRMED if confirmed else MatchState.REJECTED)
        case "decline":
            await session.matches.decline(match.id, declined=True)
        case "pick":
            await session.matches.decline(match.id, declined=True)
            await session.matches.pick(match.id)
        case "accept":
            claim = await session.claims.add(match.id, ADA, "a chip in the rim")
            await session.claims.set_state(claim.id, ClaimState.ACCEPTED)


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
            assert await session.reports.count_by_same_author(first.id, first.created_at - timedelta(hours=1)) == 2
            assert await session.reports.count_by_same_author(first.id, first.created_at + timedelta(hours=1)) == 0
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
            await session.reports.end_quiet(report.id)
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
        assert bool(search.candidates) == (change in {"none", "release"})
        assert bool(every.candidates) == (change in {"none", "release", "seal"})
        assert search.open_count == (change not in {"close", "seal"})

    async def test_private_reports_are_not_counted_for_viewers_who_may_not_see_them(self, stage: Stage) -> None:
        await stage.join()
        await stage.lost("a badge, number XK-7731", private=True)
        found = await stage.found("badge XK-7731")
        async with stage.session(found.community) as session:
            every = await session.candidates.search(found, 10)
            public = await session.candidates.search(found, 10, private=False)
        assert (len(every.candidates), every.open_count) == (1, 1)
        assert (len(public.candidates), public.open_count) == (0, 0)


class MatchCases:
    """Matches, verdicts and claims."""

    async def test_statistics_compare_what_labels_promise_with_what_people_say(self, stage: Stage) -> None:
        workspace = await stage.join()
        seen = [
            ("1", Label.HIGH, "confirm"),
            ("2", Label.HIGH, "reject"),
            ("3", Label.POSSIBLE, "reject"),
            ("3", Label.POSSIBLE, "pick"),
            ("4", Label.POSSIBLE, "decline"),
            ("5", Label.POSSIBLE, "reject"),
            ("5", Label.POSSIBLE, "nothing"),  # it may still be right
            ("6", Label.POSSIBLE, "accept"),
            ("7", None, "confirm"),
        ]
        lost_reports = {key: await stage.lost(f"cup {key}") for key in "1234567"}
        for key, label, what in seen:
            found = await stage.found()
            async with stage.session(workspace.community) as session:
                pair = ScoredPair(lost_reports[key].id, found.id, 0.9, label, (), {})
                await judge(session, await session.matches.save(pair), what)
        async with stage.session(workspace.community) as session:
            kept = (await session.workspaces.statistics()).kept
        assert kept == PromisesKept(high=2, high_right=1, lists=3, lists_right=2)
        words = (await stage.handlers.statistics("web", "here")).text()
        assert "High confidence (promised: 95%): right in 1 of 2 decided cases" in words
        assert "Possible match (promised: 50%): the item was in the list in 2 of 3 decided cases" in words

    async def test_trends_tell_what_everyone_may_see_of_the_last_weeks(self, stage: Stage) -> None:
        workspace = await stage.join(log_channel="log")
        for number in range(2):
            found = await stage.found(f"find {number}")
            async with stage.session(workspace.community) as session:
                await session.reports.set_state(found.id, ReportState.RETURNED)
        await stage.lost("my keys", place="Gym")
        await stage.lost("my diary", private=True)
        withdrawn = await stage.lost("my hat")
        await stage.handlers.withdraw(Withdraw(target=withdrawn.target))
        async with stage.session(workspace.community) as session:
            trends = await session.workspaces.trends()
        assert trends.returned == (*[0] * 11, 2)
        assert trends.days is not None
        assert 0 <= trends.days < 1
        assert trends.lost == (LostItem("my keys", "Gym"),)
        assert "▁▁▁▁▁▁▁▁▁▁▁█" in (await stage.handlers.statistics("web", "here")).text()
        assert "█" not in (await stage.handlers.statistics("web", "here", trends=False)).text()

    async def test_the_texts_of_lost_reports_are_read_off_the_event_loop(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await stage.join()
        await stage.lost("my keys")
        readers = readers_of_losses(monkeypatch)
        await stage.handlers.statistics("web", "here")
        assert readers
        assert threading.main_thread() not in readers

    async def test_a_match_is_updated_but_keeps_what_people_decided(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost(), await stage.found()
        async with stage.session(lost.community) as session:
            match = await paired(session, lost, found)
            await session.matches.set_state(match.id, MatchState.CONFIRMED)
            await session.matches.release(match.id)
            again = await paired(session, lost, found, 0.5, percent=True)
            await session.matches.set_why(match.id, (Why("thing", "cup", "agrees"),))
            assert (again.id, again.state, again.released, again.percent) == (
                match.id,
                MatchState.CONFIRMED,
                True,
                True,
            )
            assert again.probability == 0.5
            [stored] = await session.matches.of(found.id)
            assert stored.why == (Why("thing", "cup", "agrees"),)

    async def test_matches_come_most_probable_first(self, stage: Stage) -> None:
        await stage.join()
        lost = await stage.lost()
        async with stage.session(lost.community) as session:
            for probability in (0.25, 0.75, 0.5):
                await paired(session, lost, await stage.found(), probability)
            assert [match.probability for match in await session.matches.of(lost.id)] == [0.75, 0.5, 0.25]

    async def test_a_match_is_found_by_the_message_that_shows_it(self, stage: Stage) -> None:
        await stage.join()
        lost, found, match = await stage.matched()
        async with stage.session(lost.community) as session:
            assert await session.matches.is_shown(match.id, lost.id)
            assert not await session.matches.is_shown(uuid4(), lost.id)
            assert await session.matches.shown_at(lost.target) is None
        await stage.deliver(lost)
        workspace = await stage.join()
        async with stage.session(lost.community) as session:
            cards = await session.workspaces.cards(workspace.id, lost.created_at)
            for card in cards:
                shown = await session.matches.shown_at(ReplyTarget("web", "here", card.sent.channel, card.sent.message))
                assert shown == match
            await session.deletion.purge(found.id, wording.ended("en"))
            assert not await session.matches.is_shown(match.id, lost.id)

    async def test_the_log_of_verdicts_keeps_its_order(self, stage: Stage) -> None:
        await stage.join()
        _, found, match = await stage.matched()
        async with stage.session(found.community) as session:
            for given, press in ((True, "1"), (False, "2")):
                command = GiveVerdict(
                    target=found.target,
                    member=MODERATOR,
                    kind=VerdictKind.REJECT,
                    given=given,
                    is_moderator=True,
                    match=match.id,
                    press=press,
                )
                await session.verdicts.add(match.id, command, given=given)
            log = await session.verdicts.of(match.id)
            assert [(verdict.given, verdict.press, verdict.message) for verdict in log] == [
                (True, "1", None),
                (False, "2", None),
            ]
            assert await session.verdicts.by(MODERATOR.id) == log
            assert await session.verdicts.by(ADA.id) == []

    async def test_claims_are_kept_by_found_report_and_by_member(self, stage: Stage) -> None:
        await stage.join()
        _, found, match = await stage.matched()
        async with stage.session(found.community) as session:
            claims = [await session.claims.add(match.id, ADA, proof) for proof in ("one", "two")]
            await session.claims.set_state(claims[0].id, ClaimState.REJECTED)
            on = await session.claims.on(found.id)
            assert [(await session.claims.proof(claim.id), claim.state) for claim in on] == [
                ("one", ClaimState.REJECTED),
                ("two", ClaimState.OPEN),
            ]
            assert await session.claims.by(ADA.id) == on
            assert await session.claims.get(claims[1].id) == on[1]


class OutboxCases:
    """Replies, and what becomes of those that quote a report."""

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
            await session.deletion.forget_moderator(MODERATOR.id)
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
        await stage.join()
        report = await stage.found("a passport")
        assert await stage.thread(report) == [notices.better_sealed(report)]
        async with stage.session(report.community) as session:
            await session.deletion.purge(report.id, wording.ended("en"))
        assert await stage.thread(report) == []


class StoreCases(SessionCases, ReportCases, MatchCases, OutboxCases):
    """All of them."""


async def _photos(stage: Stage, report: Report) -> list[Any]:
    async with stage.session(report.community) as session:
        return [photo.id for photo in await session.photos.of(report.id)]
