"""Verdicts: moderators confirm or reject a match, and the reports change with it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from reunite import rights, rules
from reunite.announce import overtake_first_reply, show_released
from reunite.claim_cards import revise_log, revise_other_matches
from reunite.claim_settlement import revise_claims, revise_offers, settle_claims
from reunite.commands import GiveVerdict, Press
from reunite.entities import Match, MatchState, ReplyTarget, Report, ReportState, Verdict, VerdictKind, Workspace
from reunite.errors import NoMatchThereError, TellUserError
from reunite.locking import lock_sides, locked_match
from reunite.messages import keys, notices, wording
from reunite.messages.reply import Person, Reply
from reunite.moderators import deciding_moderator
from reunite.ports import Queue, Session, Store

_MATCH_LOOKUP_PAUSES: Final = (0.2, 0.5, 1.0)
"""Seconds between attempts to find a message's match: people see it a moment before the delivery records it."""


@dataclass(frozen=True, slots=True)
class VerdictResult:
    """The match after a verdict, whether the verdict changed its state, and whether it was given or withdrawn."""

    match: Match
    changed: bool
    given: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A match after a verdict, or the owner's or the finder's statement, and its lost and found report as before.

    `moderator` is who gave the verdict; None if the two people say it. `number` tells this change from others.
    """

    match: Match
    before: MatchState
    reports: tuple[Report, Report]
    moderator: Person | None
    number: str


class VerdictHandlers:
    """Takes verdicts, and releases sealed matches."""

    def __init__(self, store: Store, queue: Queue) -> None:
        self._store = store
        self._queue = queue

    async def give_verdict(self, workspace: Workspace, command: GiveVerdict) -> VerdictResult | None:
        """Record a moderator's verdict and its consequences; None if no match is shown there.

        Raises TellUserError if the member may not give verdicts. Everyone may withdraw their own verdict.
        """
        if command.match:
            return await self._give_verdict(workspace, command)
        return await self._once_recorded(workspace, command)

    async def press(self, workspace: Workspace, press: Press, kind: VerdictKind) -> Reply:
        """Take a verdict by button; pressing again withdraws it."""
        command = GiveVerdict(
            target=press.target,
            member=press.member,
            kind=kind,
            given=None,
            is_moderator=press.is_moderator,
            match=press.subject,
            press=press.key,
        )
        result = await self._give_verdict(workspace, command)
        if result is None:
            raise TellUserError("nothing_here")
        is_undone_alone = not result.given and result.match.state is not MatchState.UNDECIDED
        return notices.note("verdict_back" if is_undone_alone else f"match_{result.match.state}", press.language)

    async def release(self, workspace: Workspace, press: Press) -> Reply:
        """Let the owner know about a sealed match. Idempotent."""
        async with self._store.session(workspace.community) as session:
            match, lost, found = await locked_match(session, press.subject)
            rights.check_member("release", is_moderator=press.is_moderator)
            if not rules.are_open(lost, found):
                raise TellUserError("report_closed")
            if match.state is MatchState.REJECTED:
                raise TellUserError("match_rejected")
            await session.matches.release(match.id)
            if not match.released:
                await session.verdicts.add_decision(match.id, "released", press.target, press.member)
            match = replace(match, released=True)
            await show_released(session, match, lost, found)
            await revise_log(session, match, lost, found)
        return notices.note("released", press.language)

    async def _once_recorded(self, workspace: Workspace, command: GiveVerdict) -> VerdictResult | None:
        for pause in _MATCH_LOOKUP_PAUSES:
            if result := await self._give_verdict(workspace, command):
                return result
            await asyncio.sleep(pause)
        return await self._give_verdict(workspace, command)

    async def _give_verdict(self, workspace: Workspace, command: GiveVerdict) -> VerdictResult | None:
        async with self._store.session(workspace.community) as session:
            match = await _match_of(session, command)
            if match is None:
                await _check_place(session, command.target)
                return None
            if command.given:
                rights.check_member("give_verdict", is_moderator=command.is_moderator)
            reports = await lock_sides(session, match)
            match = await session.matches.get(match.id)  # others may have decided before the lock, or turned a report
            if match is None:
                return None
            given = _given(await session.verdicts.of(match.id), command)
            if given is None:
                return VerdictResult(match, changed=False, given=match.state is not MatchState.UNDECIDED)
            _check(command, reports, given=given)
            await session.verdicts.add(match.id, command, given=given)
            log = await session.verdicts.of(match.id)
            state = rules.match_state(log, returned=match.handover.returned)
            if state is match.state:
                return VerdictResult(match, changed=False, given=given)
            moderator: Person | None = Person.at(command.target, command.member)
            if not given and state is not MatchState.UNDECIDED:  # what others say counts again
                moderator = await deciding_moderator(session, match)
            change = Change(replace(match, state=state), match.state, reports, moderator, str(len(log)))
            work = await settle(session, change)
        for report in work:
            await self._queue.hint(report)
        return VerdictResult(change.match, changed=True, given=given)


async def settle(session: Session, change: Change) -> list[UUID]:
    """Update everything that shows a match after its change; return the work this makes."""
    work = []
    if change.match.state is not change.before:
        await session.outbox.quoting(*[report.id for report in change.reports])  # all locked at once, in one order
        await session.matches.set_state(change.match.id, change.match.state)
        work = await _apply(session, change)
        lost, found = [await session.reports.get(report.id) or report for report in change.reports]
        await settle_claims(session, change.match, change.before, found)
        await revise_claims(session, found)
        await revise_offers(session, found)
        await revise_other_matches(session, lost, change.match)
        await revise_log(session, change.match, lost, found)
    else:
        await revise_log(session, change.match, *change.reports)
    return work


async def _match_of(session: Session, command: GiveVerdict) -> Match | None:
    if command.match:
        return await session.matches.get(command.match)
    return await session.matches.shown_at(command.target)


async def _check_place(session: Session, target: ReplyTarget) -> None:
    """Raise NoMatchThereError if a message is an open report's, but no match, so that no verdict counts there."""
    post = await session.reports.at(target)
    if (post and post.state is ReportState.OPEN) or await session.outbox.is_of_open_report(target):
        raise NoMatchThereError


def _given(log: Sequence[Verdict], command: GiveVerdict) -> bool | None:
    """Return whether the command gives a verdict (true) or withdraws one; None if it changes nothing."""
    if command.press and any(verdict.press == command.press for verdict in log):
        return None
    account = command.target.account(command.member)
    in_force = any(one.kind is command.kind and one.account.may_be(account) for one in rules.in_force(log))
    given = not in_force if command.given is None else command.given
    return None if given == in_force else given


def _check(command: GiveVerdict, reports: tuple[Report, Report], *, given: bool) -> None:
    moderates = command.is_moderator  # and only verdicts of their own can be withdrawn
    roles = rights.roles_of(command.target.account(command.member), is_moderator=moderates, gave=not given)
    rights.check("give_verdict" if given else "withdraw_verdict", roles)
    if given and not {report.state for report in reports} <= rules.RETURNABLE:
        raise TellUserError("report_closed")


async def _apply(session: Session, change: Change) -> list[UUID]:
    """Close or reopen the two reports after a verdict, and say so in their threads. Return the work this makes."""
    work = []
    for report, other in (change.reports, change.reports[::-1]):
        confirmed = any(match.state is MatchState.CONFIRMED for match in await session.matches.of(report.id))
        state = rules.report_state(report.state, confirmed=confirmed)
        if state is not report.state:
            await session.reports.set_state(report.id, state)
            await session.deletion.remove_news_of_returns(report.id)  # they contradict what follows
            await session.outbox.refresh(report.id)
        elif change.before is MatchState.CONFIRMED:  # another match has brought it back, or it has ended
            await session.deletion.remove_news_of_returns(report.id, change.match.id)
            if not confirmed:
                await session.deletion.undo_return(report.id)  # it had ended since
        if state is ReportState.OPEN and (report.state is not state or change.before is MatchState.REJECTED):
            work.append(await session.work.add(report.id))  # for reports that came in meanwhile
        if state is ReportState.OPEN or change.match.state is MatchState.CONFIRMED:
            await _say(session, change, report, other)
    return work


async def _say(session: Session, change: Change, report: Report, other: Report) -> None:
    """Say in a report's thread what a verdict changed, if the thread knows the match."""
    match, before, now = change.match, change.before, change.match.state
    known = MatchState.CONFIRMED in (before, now) or await session.outbox.is_shown(match.id, report.id)
    if not known:
        return
    if not rules.may_show(report, other, match):
        if MatchState.CONFIRMED not in (before, now):
            return
        if now is MatchState.REJECTED:
            now = MatchState.UNDECIDED  # the thread may only learn that its report is open again
    if change.moderator:
        reply = wording.verdict(before, now, change.moderator, other, report)
    else:
        is_back = now is MatchState.CONFIRMED
        reply = wording.returned_by_word(match, report) if is_back else wording.word_back(report)
    key = keys.verdict(match.id, match.state, change.number, report.kind)
    await session.outbox.post(report.id, key, reply)
    if now is MatchState.CONFIRMED:
        await overtake_first_reply(session, report)
