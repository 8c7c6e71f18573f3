"""Matches, verdicts and claims: cases of the store."""

import threading
from typing import Any
from uuid import uuid4

import pytest

from reunite.commands import GiveVerdict, Withdraw
from reunite.entities import (
    ClaimState,
    Label,
    Match,
    MatchState,
    Member,
    PromisesKept,
    ReplyTarget,
    Report,
    ReportState,
    ReportWords,
    VerdictKind,
    Why,
)
from reunite.messages import wording
from reunite.ports import ScoredPair, Session
from tests.contract.stages import ADA, MODERATOR, Stage, account
from tests.support.threads import readers_of_lost_reports


async def paired(session: Session, lost: Report, found: Report, probability: float = 0.9, **fields: Any) -> Match:
    return (await session.matches.save([ScoredPair(lost.id, found.id, probability, Label.HIGH, (), {}, **fields)]))[0]


async def decide(session: Session, match: Match, what: str) -> None:
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


class MatchCases:
    """Matches, verdicts and claims."""

    async def test_statistics_compare_what_labels_promise_with_what_people_say(self, stage: Stage) -> None:
        workspace = await stage.join()
        seen = [
            ("1", Label.HIGH, "confirm"),
            ("2", Label.HIGH, "reject"),
            ("2", Label.HIGH, "pick"),  # only a closer look
            ("3", Label.POSSIBLE, "reject"),
            ("3", Label.POSSIBLE, "pick"),  # so this list is undecided, too
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
                await decide(session, (await session.matches.save([pair]))[0], what)
        async with stage.session(workspace.community) as session:
            kept = (await session.workspaces.statistics()).kept
        assert kept == PromisesKept(high=2, high_right=1, lists=2, lists_right=1)
        words = (await stage.handlers.statistics("web", "here")).text()
        assert "High confidence (promised: 95%): right in 1 of 2 decided cases" in words
        assert "Possible match (promised: 50%): the item was in the list in 1 of 2 decided cases" in words

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
        assert trends.lost == (ReportWords("my keys", "Gym"),)
        assert "▁▁▁▁▁▁▁▁▁▁▁█" in (await stage.handlers.statistics("web", "here")).text()
        assert "█" not in (await stage.handlers.statistics("web", "here", trends=False)).text()

    async def test_the_texts_of_lost_reports_are_read_off_the_event_loop(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await stage.join()
        await stage.lost("my keys")
        readers = readers_of_lost_reports(monkeypatch)
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
            assert await session.outbox.is_shown(match.id, lost.id)
            assert not await session.outbox.is_shown(uuid4(), lost.id)
            assert await session.matches.shown_at(lost.target) is None
        await stage.deliver(lost)
        workspace = await stage.join()
        async with stage.session(lost.community) as session:
            cards = await session.workspaces.cards(workspace.id, lost.created_at)
            for card in cards:
                shown = await session.matches.shown_at(ReplyTarget("web", "here", card.sent.channel, card.sent.message))
                assert shown == match
            await session.deletion.purge(found.id, wording.ended("en"))
            assert not await session.outbox.is_shown(match.id, lost.id)

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
            assert await session.verdicts.by(account(MODERATOR)) == log
            assert await session.verdicts.by(account(ADA)) == []

    async def test_who_decided_a_claim_is_logged_until_they_are_forgotten(self, stage: Stage) -> None:
        await stage.join()
        _, found, match = await stage.matched()
        async with stage.session(found.community) as session:
            claim = await session.claims.add(match.id, ADA, "one")
            assert claim.decision is None
            await session.claims.set_state(claim.id, ClaimState.REJECTED)
            await session.verdicts.add_decision(claim.match, "rejected", found.target, MODERATOR)
            [decision] = await session.verdicts.decisions_by(account(MODERATOR))
            assert [known.decision for known in await session.claims.on(found.id)] == [decision]
            assert (decision.match, decision.state, decision.by) == (match.id, ClaimState.REJECTED, MODERATOR)
            assert decision.account == account(MODERATOR)
            assert await session.verdicts.decisions_by(account(ADA)) == []
            await session.deletion.forget_moderator(account(ADA))
            assert await session.verdicts.decisions_by(account(MODERATOR)) == [decision]
            await session.deletion.forget_moderator(account(MODERATOR))
            [decision] = await session.verdicts.decisions_by(account(MODERATOR))
            assert decision.by == Member(MODERATOR.id, "")

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
            assert await session.claims.by(account(ADA)) == on
            assert await session.claims.get(claims[1].id) == on[1]
