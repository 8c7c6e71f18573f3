"""Reports and questions: new posts, edited posts, deleted posts, answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from reunite import limits, rights, rules
from reunite.commands import AnswerQuestion, EditReport, NewReport, Withdraw
from reunite.edits import joined, reword, search_again
from reunite.entities import ANOTHER, Question, ReplyTarget, Report, ReportState, Settings, Workspace
from reunite.errors import TellUserError, TryAgainError
from reunite.kinds import is_in_doubt, settle
from reunite.language import sentence
from reunite.locking import locked_report
from reunite.messages import keys, notices, offers, wording
from reunite.my_reports import end
from reunite.photo_edits import change_photos
from reunite.ports import Queue, Session, Store
from reunite.rights import Role
from reunite.sealing_advice import advise_sealing


@dataclass(frozen=True, slots=True)
class Receipt:
    """A report is stored. `created` is false if its event came before, or its author has sent it again."""

    report: Report
    created: bool


async def _is_new(session: Session, workspace: Workspace, command: EditReport, now: datetime) -> bool:
    """Return whether a post may become a report: it isn't older than reports are kept."""
    if command.posted_at is None:
        return True
    settings = await session.workspaces.settings(workspace.id)
    return command.posted_at >= now - timedelta(days=settings.keep_days)


@dataclass(frozen=True, slots=True)
class AnswerResult:
    """What to show a report's author after their answer, and whether it changed anything."""

    words: str
    changed: bool


class PostHandlers:
    """Takes what members post, as `Handlers` describes."""

    def __init__(self, store: Store, queue: Queue, now: Callable[[], datetime], limit: limits.HourlyLimit) -> None:
        self._limit = limit
        self._store = store
        self._queue = queue
        self._now = now

    async def report(self, command: NewReport) -> Receipt:
        check(command)
        target = command.target
        async with self._store.entered(target.platform, target.workspace) as (_, settings, session):
            if command.sealed and settings.log_channel is None:
                raise TellUserError("sealed_needs_log")
            since = command.posted_at if command.is_past and command.posted_at else self._now()
            command = replace(command, kind_in_doubt=is_in_doubt(command))
            report, work = await session.reports.add(command, since + timedelta(days=settings.keep_days))
            if created := work is not None:
                if not (command.is_past or command.sample):
                    await self._limit.check(session, report, self._now())
                if report.kind_in_doubt:
                    await session.outbox.post(report.id, keys.which_kind(report.id), offers.which_kind(report))
                await _welcome(session, report, settings, hidden=command.hidden)
                if not report.quiet:
                    await self._say_wait(session, report)
            elif report.quiet and not command.quiet:
                work = await _end_quiet(session, report)
        if work:
            await self._queue.hint(work)
        return Receipt(report, created)

    async def at(self, workspace: Workspace, target: ReplyTarget) -> Report | None:
        async with self._store.session(workspace.community) as session:
            return await session.reports.at(target)

    async def _say_wait(self, session: Session, report: Report) -> None:
        """Say in a report's thread when it'll be answered, if that takes long. The answer follows."""
        backlog = await session.work.backlog(self._now() - limits.RECENTLY)
        if minutes := limits.minutes_to_wait(backlog):
            await session.outbox.post(report.id, keys.waiting(report.id), notices.waiting(report, minutes))

    async def edit(self, workspace: Workspace, command: EditReport) -> bool | None:
        async with self._store.session(workspace.community) as session:
            found = await session.reports.at(command.target)
            if found is None:
                return None if await _is_new(session, workspace, command, self._now()) else False
            report = await locked_report(session, found.id)
            if report is None:
                raise TryAgainError("its workspace has moved to another community")
            if report.state not in rules.IN_PROGRESS:
                return False
            work = await _edited(session, report, command)
        if work:
            await self._queue.hint(work)
        return work is not None

    async def withdraw(self, workspace: Workspace, command: Withdraw) -> bool:
        async with self._store.session(workspace.community) as session:
            named = command.report
            report = await (session.reports.get(named) if named else session.reports.at(command.target))
            if report is None or report.purged:
                return False
            if command.member:  # else, the post itself is gone
                account = command.target.account(command.member)
                roles = rights.roles_of(account, report, is_moderator=command.is_moderator)
                rights.check("delete_post", roles)
                if roles.isdisjoint({Role.OWNER, Role.FINDER}):
                    await session.verdicts.add_deletion(report.id, command.target, command.member)
            await end(session, report)
        return True

    async def answer_question(self, workspace: Workspace, command: AnswerQuestion) -> AnswerResult:
        async with self._store.session(workspace.community) as session:
            report, question = await _asked(session, command)
            if report.question_answer is not None:  # a click that came twice, or a try at another answer
                return AnswerResult(_answered_before(report, question), changed=False)
            if report.state is not ReportState.OPEN or not question.options:
                raise TellUserError("question_over")
            answer = _option(question, command.choice)
            await session.prompts.answer(report.id, answer)
            await session.reports.note_change(report.id)
            work = await session.work.add(report.id) if answer else None
        if work:
            await self._queue.hint(work)
        return AnswerResult(sentence("said" if answer else "said_unsure", report.language), changed=True)


async def _end_quiet(session: Session, report: Report) -> UUID | None:
    """End a report's quiet, and search again for what its thread should say; None if it has ended."""
    if report.state not in rules.IN_PROGRESS:
        return None
    return await search_again(session, report)


async def _edited(session: Session, report: Report, command: EditReport) -> UUID | None:
    """Change what differs in a report; return the work of searching again, None if nothing does."""
    text = joined(command.text, report.details)
    has_other_photos = command.photos is not None and await change_photos(session, report, command.photos)
    if report.text != text:
        work = await reword(session, report, text, report.details)
        if report.kind_in_doubt and not offers.says_other_kind(text, report.kind):
            await settle(session, report.id)
        return work
    return await search_again(session, report) if has_other_photos else None


async def _welcome(session: Session, report: Report, settings: Settings, *, hidden: bool) -> None:
    """Write the post of a report that came by command, and advise to seal what should be."""
    if report.target.message is None:
        await session.outbox.post(report.id, keys.report_post(report.id), wording.report_post(report))
    await advise_sealing(session, report, settings, hidden=hidden)


async def _asked(session: Session, command: AnswerQuestion) -> tuple[Report, Question]:
    report = await locked_report(session, command.report)
    if report is None or report.question is None:
        raise TellUserError("nothing_here")
    rights.check("answer", rights.roles_of(command.target.account(command.member), report))
    return report, report.question


def _answered_before(report: Report, question: Question) -> str:
    answer, language = report.question_answer, report.language
    words = wording.option(question, answer, language) if answer else sentence("not_sure", language)
    return sentence("said_before", language, said=words)


def _option(question: Question, choice: str) -> str:
    """Return the option that was chosen, empty for "not sure"."""
    if choice in {wording.UNSURE, ANOTHER}:
        return "" if choice == wording.UNSURE else ANOTHER
    options = {str(number): words for number, words in enumerate(question.options)}
    if choice not in options:
        raise TellUserError("nothing_here")
    return options[choice]


def check(command: NewReport) -> None:
    """Raise TellUserError if a report has too much of something, or nothing."""
    if not command.text and not command.photos:
        raise TellUserError("empty_report")
    if len(command.text) > rules.MAX_TEXT:
        raise TellUserError("text_too_long", length=len(command.text), number=rules.MAX_TEXT)
    if len(command.photos) > rules.MAX_PHOTOS:
        raise TellUserError("too_many_photos", count=len(command.photos), number=rules.MAX_PHOTOS)
