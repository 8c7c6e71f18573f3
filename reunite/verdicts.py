"""Verdicts: what moderators say of a match, and what that changes."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from reunite import rules
from reunite.announce import log_lines, picture_of, tell_released
from reunite.commands import GiveVerdict, Press
from reunite.entities import Match, MatchState, Report, ReportState, Verdict, VerdictKind, Workspace
from reunite.errors import TellUserError, TryAgainError
from reunite.messages import notices, wording
from reunite.messages.reply import Person, Reply
from reunite.ports import Queue, Session, Store

_NOTING_PAUSES: Final = (0.2, 0.5, 1.0)
"""Seconds between looks for the match that a message shows: people see it a moment before the delivery notes it."""


@dataclass(frozen=True, slots=True)
class VerdictResult:
    """What a verdict came to: the match as it stands now, and whether the verdict changed that."""

    match: Match
    changed: bool


@dataclass(frozen=True, slots=True)
class _Change:
    """A match whose state has changed, by whom, and its lost and found report as they were before."""

    match: Match
    before: MatchState
    reports: tuple[Report, Report]
    moderator: Person


class Verdicts:
    """Takes verdicts, and the release of what is sealed."""

    def __init__(self, store: Store, queue: Queue) -> None:
        """Own nothing."""
        self._store = store
        self._queue = queue

    async def give_verdict(self, workspace: Workspace, command: GiveVerdict) -> VerdictResult | None:
        """Record a moderator's verdict, and what it changes; None where no match is shown there.

        Raises TellUserError where the member may not give_verdict. Anyone may take back a verdict of their own.
        """
        for pause in _NOTING_PAUSES:
            with suppress(TryAgainError):
                if result := await self._give_verdict(workspace, command):
                    return result
            await asyncio.sleep(pause)
        return await self._give_verdict(workspace, command)

    async def press(self, workspace: Workspace, press: Press, kind: VerdictKind) -> Reply:
        """Take a verdict by button; pressing again takes it back."""
        command = GiveVerdict(
            target=press.target,
            member=press.member,
            kind=kind,
            given=None,
            is_moderator=press.is_moderator,
            match=press.subject,
            press=press.key,
        )
        result = await self.give_verdict(workspace, command)
        if result is None:
            raise TellUserError("nothing_here")
        return notices.note(f"match_{result.match.state}", press.language)

    async def release(self, workspace: Workspace, press: Press) -> Reply:
        """Let the owner know of a sealed find. A second time changes nothing."""
        async with self._store.session(workspace.community) as session:
            match = await session.match(press.subject)
            if match is None:
                raise TellUserError("nothing_here")
            if not press.is_moderator:
                raise TellUserError("only_moderators_release")
            lost, found = await both(session, match)
            if {lost.state, found.state} != {ReportState.OPEN}:
                raise TellUserError("report_closed")
            await session.release(match.id)
            match = replace(match, released=True)
            await tell_released(session, match, lost, found)
            await revise_log(session, match, lost, found)
        return notices.note("released", press.language)

    async def _give_verdict(self, workspace: Workspace, command: GiveVerdict) -> VerdictResult | None:
        async with self._store.session(workspace.community) as session:
            match = await (session.match(command.match) if command.match else session.match_shown_at(command.target))
            if match is None:
                return None
            if command.given and not command.is_moderator:
                raise TellUserError("only_moderators")
            reports = await both(session, match)
            match = await session.match(match.id) or match  # as it stands under the lock
            known = await session.verdicts(match.id)
            if command.press and any(each.press == command.press for each in known):
                return VerdictResult(match, changed=False)
            stands = _stands(known, command)
            given = not stands if command.given is None else command.given
            if given == stands:
                return VerdictResult(match, changed=False)
            if given and not command.is_moderator:
                raise TellUserError("only_moderators")
            if given and not {report.state for report in reports} <= {ReportState.OPEN, ReportState.RETURNED}:
                raise TellUserError("report_closed")
            await session.add_verdict(match.id, command, given=given)
            log = await session.verdicts(match.id)
            state = rules.match_state(log)
            if state is match.state:
                return VerdictResult(match, changed=False)
            await session.set_match_state(match.id, state)
            moderator = Person(command.target.platform, command.member)
            change = _Change(replace(match, state=state), match.state, reports, moderator)
            work = await self._apply(session, change, len(log))
            await revise_log(session, change.match, *reports, moderator)
        for each in work:
            await self._queue.hint(each)
        return VerdictResult(replace(match, state=state), changed=True)

    async def _apply(self, session: Session, change: _Change, log_length: int) -> list[UUID]:
        """Let a verdict close or reopen the two reports, and say so in their threads. Return the work this makes."""
        work = []
        match, before = change.match, change.before
        for report, other in (change.reports, change.reports[::-1]):
            confirmed = any(each.state is MatchState.CONFIRMED for each in await session.matches_of(report.id))
            state = rules.report_state(report.state, confirmed=confirmed)
            if state is not report.state:
                await session.set_state(report.id, state)
            if state is ReportState.OPEN and (report.state is not state or before is MatchState.REFUSED):
                work.append(await session.add_work(report.id))  # what came in meanwhile
            shown = MatchState.CONFIRMED in (before, match.state) or await session.is_shown(match.id, report.id)
            if shown and (state is ReportState.OPEN or match.state is MatchState.CONFIRMED):
                now = match.state
                if now is MatchState.REFUSED and not rules.may_be_told(report, other, match):
                    now = MatchState.UNDECIDED  # that it is open again is all that this thread may learn
                reply = wording.verdict(before, now, change.moderator, other, report)
                await session.post(report.id, f"{match.id}:{match.state}:{log_length}:{report.kind}", reply)
        return work


async def both(session: Session, match: Match) -> tuple[Report, Report]:
    """Return the lost and the found report, locked."""
    locked = await session.lock({match.lost, match.found})
    if len(locked) < 2:  # noqa: PLR2004 - a match has two sides
        raise TryAgainError("a workspace has moved to another community")
    return locked[match.lost], locked[match.found]


async def revise_log(
    session: Session, match: Match, lost: Report, found: Report, moderator: Person | None = None
) -> None:
    """Bring the match's lines in the moderators' channels up to date."""
    for key, reader in log_lines(match, found, lost):
        picture = await picture_of(session, found)
        await session.revise(key, notices.log_line(match, lost, found, reader, picture, moderator))


def _stands(log: Sequence[Verdict], command: GiveVerdict) -> bool:
    """Tell whether this member's verdict of this kind stands: giving it again, or taking none back, changes nothing."""
    return any(each.moderator == command.member.id and each.kind is command.kind for each in rules.standing(log))
