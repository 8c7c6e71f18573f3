"""Members' own reports: see, change, extend or withdraw them; export all their data."""

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from reunite import rules
from reunite.claim_endings import locked_with_claims, tell_others
from reunite.commands import Press
from reunite.edits import joined, reword, search_again
from reunite.entities import Match, Member, Report, ReportKind, ReportState, Workspace
from reunite.errors import TellUserError, TryAgainError
from reunite.language import LANGUAGES
from reunite.locking import checked, pressed_report
from reunite.messages import keys, notices, reminders, wording
from reunite.messages.reply import Reply
from reunite.ports import Queue, Session, Store

_MAX_LISTED: Final = 15
"""Reports of a member that are listed at once: each is a message on Discord, two blocks of at most 50 on Slack."""


class MyReportHandlers:
    """A member's own reports."""

    def __init__(self, store: Store, queue: Queue, now: Callable[[], datetime]) -> None:
        self._store = store
        self._queue = queue
        self._now = now

    async def show(self, workspace: Workspace, member: Member, language: str) -> list[Reply]:
        """Return a member's newest open reports, each with what they can do with it, and how many more there are."""
        async with self._store.session(workspace.community) as session:
            reports = [
                report
                for report in await session.reports.by_author(workspace.id, member.id)
                if report.state in rules.IN_PROGRESS
            ]
        shown = reports[-_MAX_LISTED:]
        targets = {report.id: report.target for report in shown if report.target.message}
        replies = [notices.own_report(report, language).with_targets(targets) for report in shown]
        older = len(reports) - len(shown)
        return [*replies, notices.older_reports(older, language)] if older else replies

    async def withdraw(self, workspace: Workspace, press: Press) -> Reply:
        async with self._store.session(workspace.community) as session:
            report = await session.reports.get(press.subject)  # `end` locks it, after its work
            await end(session, checked(press, report, rules.IN_PROGRESS))
        return notices.note("withdrawn", press.language)

    async def extend(self, workspace: Workspace, press: Press) -> Reply:
        """Keep a report open for as long as a new one of its own workspace from today."""
        async with self._store.session(workspace.community) as session:
            report = await pressed_report(session, press, rules.IN_PROGRESS)
            if report.expires_at <= self._now():  # its author may have just asked to delete it
                raise TellUserError("nothing_here")
            settings = await session.workspaces.settings_for(report.id)
            until = max(report.expires_at, self._now() + timedelta(days=settings.keep_days))
            await session.reports.set_expiry(report.id, until)
            extended = replace(report, expires_at=until)
            await session.outbox.revise(keys.ends_soon(report.id, report.expires_at), reminders.kept_watching(extended))
            galleries = [key for key, said in (await session.outbox.quoting(report.id)).items() if said.gallery]
            for key in (keys.first_reply(report.id), keys.watching(report.id), *galleries):
                if said := await session.outbox.get(key):
                    await session.outbox.revise(key, _with_end_of(extended, said, report))
        return notices.extended(extended, press.language)

    async def add_photos(self, workspace: Workspace, press: Press) -> Reply:
        """Add photos to a report, and search again."""
        async with self._store.session(workspace.community) as session:
            report = await pressed_report(session, press, rules.IN_PROGRESS)
            if not press.photos:
                raise TellUserError("photo_missing")
            await session.photos.add(report.id, press.photos, press.key)
            count = len(await session.photos.of(report.id))
            if count > rules.MAX_PHOTOS:
                raise TellUserError("too_many_photos", count=count, number=rules.MAX_PHOTOS)
            work = await search_again(session, report)
        await self._queue.hint(work)
        return notices.note("looking_again", press.language)

    async def add_detail(self, workspace: Workspace, press: Press) -> Reply:
        """Add words to a report, and search again; the same words a second time are not added."""
        async with self._store.session(workspace.community) as session:
            report = await pressed_report(session, press, rules.IN_PROGRESS)
            added = press.words.strip()
            if f"\n{report.details}".endswith(f"\n{added}"):
                added = ""
            work = await reword(session, report, joined(report.text, added), joined(report.details, added))
        await self._queue.hint(work)
        return notices.note("looking_again", press.language)

    async def export(self, workspace: Workspace, member: Member) -> dict[str, Any]:
        """Return everything known about a member, ready for JSON; photos are JPEG in base64."""
        account = workspace.account(member)
        async with self._store.session(workspace.community) as session:
            reports = await session.reports.by_author(workspace.id, member.id)
            return {
                "member": {"id": member.id, "name": member.name, "platform": workspace.platform},
                "timezone": await session.workspaces.member_zone(workspace.id, member.id),
                "reminders": not await session.prompts.wants_no_reminders(workspace.id, member.id),
                "reports": [await _exported(session, report) for report in reports],
                "claims": [
                    {"proof": await session.claims.proof(claim.id), "state": claim.state, "match": str(claim.match)}
                    for claim in await session.claims.by(account)
                ],
                "verdicts": [
                    {"kind": verdict.kind, "given": verdict.given, "at": verdict.at.isoformat()}
                    for verdict in await session.verdicts.by(account)
                ],
                "claim_decisions": [
                    {"state": decision.state, "match": str(decision.match), "at": decision.at.isoformat()}
                    for decision in await session.verdicts.decisions_by(account)
                ],
                "deletions": [
                    {"report": str(deletion.report), "at": deletion.at.isoformat()}
                    for deletion in await session.verdicts.deletions_by(account)
                ],
            }


def _with_end_of(extended: Report, said: Reply, before: Report) -> Reply:
    """Return a reply that says when a report ends with its new end, in whatever language it was written."""
    for language in LANGUAGES:
        old, new = (wording.keep_watching(replace(report, language=language)) for report in (before, extended))
        said = said.with_line(old, new)
    return said


async def end_all(store: Store, workspace: Workspace, reports: Iterable[UUID]) -> None:
    """Withdraw and purge reports, each in a transaction of its own."""
    for report_id in reports:
        async with store.session(workspace.community) as session:
            if report := await session.reports.get(report_id):
                await end(session, report)


async def end(session: Session, report: Report) -> None:
    """Withdraw a report and purge it."""
    await session.work.stop(report.id)
    locked, claimed = await locked_with_claims(session, report.id)
    if locked is None:
        raise TryAgainError("its workspace has moved to another community")
    if locked.state is ReportState.LOOK:
        await session.looks.remove(report.id)
        return
    await session.reports.set_state(report.id, ReportState.WITHDRAWN)
    await session.deletion.purge(report.id, wording.ended_post(report))
    if not report.sample:
        await tell_others(session, claimed)


async def _exported(session: Session, report: Report) -> dict[str, Any]:
    photos = [
        {"name": photo.name, "jpeg": b64encode(copy).decode()}
        for photo in await session.photos.of(report.id)
        if (copy := await session.photos.stored_copy(photo.id))
    ]
    is_found = report.kind is ReportKind.FOUND
    return {
        "kind": report.kind,
        "state": report.state,
        "text": report.text,
        "place": report.place,
        "happened_at": report.happened_at.isoformat() if report.happened_at else None,
        "happened_on": report.happened_on.isoformat() if report.happened_on else None,
        "posted_at": report.posted_at.isoformat() if report.posted_at else None,
        "created_at": report.created_at.isoformat(),
        "expires_at": report.expires_at.isoformat(),
        "question_answer": report.question_answer,
        "proof_question": await session.claims.proof_question(report.id) if is_found else None,
        "whereabouts": asdict(await session.claims.whereabouts(report.id)) if is_found else None,
        "matches": _statements(await session.matches.of(report.id), report.kind),
        "photos": photos,
    }


def _statements(matches: Sequence[Match], kind: ReportKind) -> list[dict[str, Any]]:
    """Return what a report's author has said about its matches."""
    statements = []
    for match in matches:
        words = {"handed_over": match.handover.handed_over}
        if kind is ReportKind.LOST:
            words = {"picked": match.picked, "declined": match.declined, "got_back": match.handover.got_back}
        if any(words.values()):
            statements.append({"match": str(match.id), **words})
    return statements
