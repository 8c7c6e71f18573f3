"""What each command does: check it, write it in one transaction, hint to the workers after the commit."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from reunite import rules, wording
from reunite.commands import AnswerQuestion, JoinWorkspace, Judge, NewReport, Withdraw
from reunite.errors import DefectError, TellUserError, TryAgainError
from reunite.model import Match, MatchState, Question, Report, ReportKind, ReportState, Verdict, Workspace
from reunite.ports import Queue, Session, Store
from reunite.reply import Person

_TRIES: Final = 5
_NOTING_PAUSES: Final = (0.2, 0.5, 1.0)
"""Seconds between looks for the match that a message shows: people see it a moment before the delivery notes it."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A report is written down. `created` is false where its event had come before."""

    report: Report
    created: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """What a verdict came to: the match as it stands now, and whether the verdict changed that."""

    match: Match
    changed: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """What a report's author is to be told of their answer, and whether it is new."""

    words: str
    changed: bool


@dataclass(frozen=True, slots=True)
class _Change:
    """A match whose state has changed, by whom, and its lost and found report as they were before."""

    match: Match
    before: MatchState
    reports: tuple[Report, Report]
    moderator: Person


def _now() -> datetime:
    return datetime.now(UTC)


class Handlers:
    """The domain's front door: the platforms' inbound sides call these, and nothing else."""

    def __init__(self, store: Store, queue: Queue, now: Callable[[], datetime] = _now) -> None:
        """`now` tells the time, with its zone."""
        self._store = store
        self._queue = queue
        self._now = now

    async def join(self, command: JoinWorkspace) -> Workspace:
        """Make a workspace and its channels known."""
        return await self._store.join(command)

    async def report(self, command: NewReport) -> Receipt:
        """Write a report down, with the work to do. Raises TellUserError where it can't be taken."""
        command = replace(command, text=_clean(command.text), place=_clean(command.place))
        _check(command)
        workspace = await self._workspace(command)
        async with self._store.session(workspace.community) as session:
            report, created = await session.add_report(command, self._now() + rules.KEEP_FOR)
            work = await session.add_work(report.id) if created else None
            if created and report.target.message is None:
                opening = wording.looking if report.kind is ReportKind.LOST else wording.posted
                await session.post(report.id, f"{report.id}:post", opening(report))
        if work:
            await self._queue.hint(work)
        return Receipt(report, created)

    async def withdraw(self, command: Withdraw) -> bool:
        """End a report whose post was deleted, and delete what is known of it; false where there is none.

        `member` is None where the post itself is gone; else it has to be the author or a moderator.
        """
        workspace = await self._workspace(command)
        for _ in range(_TRIES - 1):
            with suppress(TryAgainError):  # it stood in a worker's way; a deleted post comes no second time
                return await self._withdraw(workspace, command)
        return await self._withdraw(workspace, command)

    async def _withdraw(self, workspace: Workspace, command: Withdraw) -> bool:
        async with self._store.session(workspace.community) as session:
            report = await session.report_at(command.target)
            if report is None or report.state is ReportState.WITHDRAWN:
                return False
            if command.member and command.member.id != report.author.id and not command.is_moderator:
                raise TellUserError("only_moderators")
            await session.stop_work(report.id)
            await session.lock({report.id})
            await session.set_state(report.id, ReportState.WITHDRAWN)
            await session.purge(report.id)
        return True

    async def answer(self, command: AnswerQuestion) -> Answered:
        """Take the answer to a report's question and have the report scored again. The first answer stands.

        So a click that comes twice changes nothing, and nobody can try the answers out to see which one fits.
        Raises TellUserError where the member is not the report's author, or there is nothing to answer.
        """
        workspace = await self._workspace(command)
        async with self._store.session(workspace.community) as session:
            report = (await session.lock({command.report})).get(command.report)
            if report is None or report.question is None:
                raise TellUserError("nothing_here")
            if (report.author.id, report.target.platform) != (command.member.id, command.target.platform):
                raise TellUserError("only_author")
            if report.said is not None:
                said = report.said or wording.sentence("not_sure")
                return Answered(wording.sentence("said_before", said=said), changed=False)
            if report.state is not ReportState.OPEN or not report.question.options:
                raise TellUserError("question_over")
            said = _said(report.question, command.choice)
            await session.set_said(report.id, said)
            work = await session.add_work(report.id) if said else None
        if work:
            await self._queue.hint(work)
        return Answered(wording.sentence("said" if said else "said_unsure"), changed=True)

    async def judge(self, command: Judge) -> Judged | None:
        """Record a moderator's verdict, and what it changes; None where no match is shown there.

        Raises TellUserError where the member may not judge. Anyone may take back a verdict of their own.
        """
        workspace = await self._workspace(command)
        for pause in _NOTING_PAUSES:
            with suppress(TryAgainError):
                if judged := await self._judge(workspace, command):
                    return judged
            await asyncio.sleep(pause)
        return await self._judge(workspace, command)

    async def _judge(self, workspace: Workspace, command: Judge) -> Judged | None:
        async with self._store.session(workspace.community) as session:
            match = await (session.match(command.match) if command.match else session.match_shown_at(command.target))
            if match is None:
                return None
            if command.given and not command.is_moderator:
                raise TellUserError("only_moderators")
            reports = await _both(session, match)
            match = await session.match(match.id) or match  # as it stands under the lock
            log = await session.verdicts(match.id)
            if command.given == _stands(log, command):
                return Judged(match, changed=False)
            if command.given and not {report.state for report in reports} <= {ReportState.OPEN, ReportState.RETURNED}:
                raise TellUserError("report_closed")
            await session.add_verdict(match.id, command.member, command.kind, given=command.given)
            log = await session.verdicts(match.id)
            state = rules.match_state(log)
            if state is match.state:
                return Judged(match, changed=False)
            await session.set_match_state(match.id, state)
            moderator = Person(command.target.platform, command.member)
            change = _Change(replace(match, state=state), match.state, reports, moderator)
            work = await self._apply(session, change, len(log))
        for each in work:
            await self._queue.hint(each)
        return Judged(replace(match, state=state), changed=True)

    async def _apply(self, session: Session, change: "_Change", log_length: int) -> list[UUID]:
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
                reply = wording.verdict(before, match.state, change.moderator, other)
                await session.post(report.id, f"{match.id}:{match.state}:{log_length}:{report.kind}", reply)
        return work

    async def _workspace(self, command: NewReport | Withdraw | Judge | AnswerQuestion) -> Workspace:
        target = command.target
        workspace = await self._store.workspace(target.platform, target.workspace)
        if workspace is None:
            msg = f"workspace {target.platform}:{target.workspace} was never joined"
            raise DefectError(msg)
        return workspace


def _clean(text: str) -> str:
    """Leave out what PostgreSQL can't keep: NUL, and halves of characters."""
    return text.replace("\0", "").encode(errors="ignore").decode().strip()


def _check(command: NewReport) -> None:
    if not command.text and not command.photos:
        raise TellUserError("empty_report")
    if len(command.text) > rules.MOST_TEXT:
        raise TellUserError("text_too_long", length=len(command.text), most=rules.MOST_TEXT)
    if len(command.photos) > rules.MOST_PHOTOS:
        raise TellUserError("too_many_photos", count=len(command.photos), most=rules.MOST_PHOTOS)


def _said(question: Question, choice: str) -> str:
    """Return the option that was chosen, empty for "not sure"."""
    if choice == wording.UNSURE:
        return ""
    options = {str(number): words for number, words in enumerate(question.options)}
    if choice not in options:
        raise TellUserError("nothing_here")
    return options[choice]


def _stands(log: Sequence[Verdict], command: Judge) -> bool:
    """Tell whether this member's verdict of this kind stands: giving it again, or taking none back, changes nothing."""
    return any(each.moderator == command.member.id and each.kind is command.kind for each in rules.standing(log))


async def _both(session: Session, match: Match) -> tuple[Report, Report]:
    """Return the lost and the found report, locked."""
    locked = await session.lock({match.lost, match.found})
    return locked[match.lost], locked[match.found]
