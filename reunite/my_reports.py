"""What members do with their own reports: see, change, extend, end; and take or delete all that is known of them."""

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from reunite import rules
from reunite.commands import Press
from reunite.edits import joined, reword
from reunite.entities import Member, Report, ReportKind, ReportState, Workspace
from reunite.errors import TellUserError, TryAgainError
from reunite.messages import notices, wording
from reunite.messages.reply import Reply
from reunite.ports import Queue, Session, Store

_ALIVE: Final = {ReportState.PENDING, ReportState.OPEN}
_MOST_LISTED: Final = 15
"""Reports of a member that are listed at once: each is a message on Discord, two blocks of at most 50 on Slack."""


class MyReports:
    """A member's own reports."""

    def __init__(self, store: Store, queue: Queue, now: Callable[[], datetime]) -> None:
        """`now` tells the time, with its zone."""
        self._store = store
        self._queue = queue
        self._now = now

    async def mine(self, workspace: Workspace, member: Member, language: str) -> list[Reply]:
        """Return a member's newest open reports, each with what can be done with it, and how many more there are."""
        async with self._store.session(workspace.community) as session:
            reports = [each for each in await session.reports_of(workspace.id, member.id) if each.state in _ALIVE]
            shown = reports[-_MOST_LISTED:]
            targets = {report.id: report.target for report in shown if report.target.message}
            replies = [notices.own_report(report, language).with_targets(targets) for report in shown]
        left = len(reports) - len(shown)
        return [*replies, notices.more_of_ones_own(left, language)] if left else replies

    async def withdraw(self, workspace: Workspace, press: Press) -> Reply:
        """End one's report, and delete what is known of it."""
        async with self._store.session(workspace.community) as session:
            report = _owned(press, await session.report(press.subject))  # `end` locks it, after its work
            await end(session, report)
        return notices.note("withdrawn", press.language)

    async def extend(self, workspace: Workspace, press: Press) -> Reply:
        """Let the bot watch for longer: from today as long as a new report would be kept."""
        async with self._store.session(workspace.community) as session:
            report = await _own(session, press)
            settings = await session.settings(workspace.id)
            until = max(report.expires_at, self._now() + timedelta(days=settings.keep_days))
            await session.set_expiry(report.id, until)
        return notices.extended(until, press.language)

    async def add_photos(self, workspace: Workspace, press: Press) -> Reply:
        """Add photos to one's report, and look again."""
        async with self._store.session(workspace.community) as session:
            report = await _own(session, press)
            if not press.photos:
                raise TellUserError("photo_missing")
            await session.add_photos(report.id, press.photos, press.key)
            count = len(await session.photos(report.id))
            if count > rules.MOST_PHOTOS:
                raise TellUserError("too_many_photos", count=count, number=rules.MOST_PHOTOS)
            work = await session.add_work(report.id)
        await self._queue.hint(work)
        return notices.note("looking_again", press.language)

    async def add_detail(self, workspace: Workspace, press: Press) -> Reply:
        """Add words to one's report, and look again; the same words a second time are not added."""
        async with self._store.session(workspace.community) as session:
            report = await _own(session, press)
            added = press.words.strip()
            if f"\n{report.details}".endswith(f"\n{added}"):
                added = ""
            work = await reword(session, report, joined(report.text, added), joined(report.details, added))
        await self._queue.hint(work)
        return notices.note("looking_again", press.language)

    async def export(self, workspace: Workspace, member: Member) -> dict[str, Any]:
        """Return all that is known of a member, JSON-ready; photos are JPEG in base64."""
        async with self._store.session(workspace.community) as session:
            reports = await session.reports_of(workspace.id, member.id)
            return {
                "member": {"id": member.id, "name": member.name, "platform": workspace.platform},
                "reports": [await _exported(session, report) for report in reports],
                "claims": [
                    {"answer": each.answer, "state": each.state, "match": str(each.match)}
                    for each in await session.claims_by(member.id)
                ],
                "verdicts": [
                    {"kind": each.kind, "given": each.given, "at": each.at.isoformat()}
                    for each in await session.verdicts_by(member.id)
                ],
            }

    async def forget(self, workspace: Workspace, member: Member, language: str) -> Reply:
        """Delete all that is known of a member: reports, claims, and the name beside their verdicts."""
        async with self._store.session(workspace.community) as session:
            known = [report.id for report in await session.reports_of(workspace.id, member.id)]
        for each in known:
            async with self._store.session(workspace.community) as session:
                report = await session.report(each)
                if report:
                    await end(session, report)
        async with self._store.session(workspace.community) as session:
            await session.forget_moderator(member.id)
        return notices.forgotten(len(known), language)


async def end(session: Session, report: Report) -> None:
    """Withdraw a report and delete what is known of it."""
    await session.stop_work(report.id)
    if not await session.lock({report.id}):
        raise TryAgainError("its workspace has moved to another community")
    await session.set_state(report.id, ReportState.WITHDRAWN)
    await session.purge(report.id, wording.ended(report.language))


async def _own(session: Session, press: Press) -> Report:
    """Return a report of one's own, locked: one that ends meanwhile must not get anything more."""
    return _owned(press, (await session.lock({press.subject})).get(press.subject))


def _owned(press: Press, report: Report | None) -> Report:
    if report is None or report.state not in _ALIVE:
        raise TellUserError("nothing_here")
    if (report.target.platform, report.author.id) != (press.target.platform, press.member.id):
        raise TellUserError("only_own")
    return report


async def _exported(session: Session, report: Report) -> dict[str, Any]:
    photos = [
        {"name": photo.name, "jpeg": b64encode(copy).decode()}
        for photo in await session.photos(report.id)
        if (copy := await session.photo_bytes(photo.id))
    ]
    return {
        "kind": report.kind,
        "state": report.state,
        "text": report.text,
        "place": report.place,
        "happened_at": report.happened_at.isoformat() if report.happened_at else None,
        "created_at": report.created_at.isoformat(),
        "expires_at": report.expires_at.isoformat(),
        "answer": report.said,
        "secret": await session.secret(report.id) if report.kind is ReportKind.FOUND else None,
        "photos": photos,
    }
