"""What kind of report a post is, where its words and its channel differ: its author is asked.

Until they answer, for an hour at most, it keeps its channel's kind and is searched as that, but nobody is pinged about
it. A report is turned into the other kind once at most, and only while nothing has come of it
(docs/decisions/0069-kinds-in-doubt.md).
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from reunite import rules
from reunite.commands import NewReport, Press, TellKind
from reunite.edits import search_again
from reunite.entities import Report, ReportKind, Workspace
from reunite.errors import TellUserError
from reunite.locking import checked, locked_report
from reunite.messages import keys, notices, offers
from reunite.messages.reply import Reply
from reunite.ports import Queue, Session, Store
from reunite.retry import retried
from reunite.sealing_advice import advise_sealing

ANSWERED_WITHIN: Final = timedelta(hours=1)
"""How long a report waits for its author's answer; then its channel's kind counts."""


def is_in_doubt(command: NewReport) -> bool:
    """Return whether the words of a post say another kind of report than its channel, and nobody has told which."""
    is_told = command.is_kind_told or command.target.message is None or command.sealed or command.private
    is_unasked = command.is_past or command.quiet or command.sample or command.target.platform == "api"
    return not (is_told or is_unasked) and offers.says_other_kind(command.text[: rules.MAX_TEXT], command.kind)


class KindHandlers:
    """Takes what people tell about the kind of a report."""

    def __init__(self, store: Store, queue: Queue) -> None:
        self._store = store
        self._queue = queue

    async def press(self, workspace: Workspace, press: Press) -> Reply:
        """Take the answer to the question which kind a report is. Raises TellUserError."""
        async with self._store.session(workspace.community) as session:
            report = checked(press, await session.reports.get(press.subject), rules.IN_PROGRESS)
            work = await _tell(session, report, offers.KIND_TOLD[press.action])
        if work:
            await self._queue.hint(work)
        return notices.note("looking_again", press.language)

    @retried
    async def tell(self, command: TellKind) -> bool:
        """Let the find at a post be a loss, or a report that's in doubt be what it is; return whether that's new.

        Only its author can tell, or a change of the post. A lost report stays one: who says that they have found its
        thing may mean that it's back. Raises TellUserError.
        """
        async with self._store.entered(command.target.platform, command.target.workspace) as (_, _, session):
            report = await session.reports.at(command.target)
            if report is None or report.state not in rules.IN_PROGRESS:
                return False
            is_others = command.member is not None and command.target.account(command.member) != report.account
            if is_others or (report.kind is ReportKind.LOST and command.kind is ReportKind.FOUND):
                return False
            work = await _tell(session, report, command.kind)
        if work:
            await self._queue.hint(work)
        return work is not None


async def settle(session: Session, report_id: UUID, *, asks_still: bool = False) -> bool:
    """Let a report be of the kind that it has; return whether it's to be announced now, which a search does.

    With `asks_still`, its author may still answer the question.
    """
    report = await locked_report(session, report_id)
    if report is None or report.state not in rules.IN_PROGRESS:
        return False
    if not asks_still:
        await session.outbox.revise(keys.which_kind(report.id), offers.kind_told(report, report.kind))
    if report.kind_in_doubt:
        await session.reports.note_change(report.id, settles_kind=True)
        await _advise(session, report.id)
    return report.kind_in_doubt


async def count_channels_kind(session: Session, report: UUID) -> None:
    """Let a report whose author doesn't answer be of its channel's kind. Idempotent."""
    if await settle(session, report, asks_still=True):
        await session.work.add(report)


async def _tell(session: Session, report: Report, kind: ReportKind) -> UUID | None:
    """Settle of which kind a report is; return the work of searching again, None if that was known."""
    if report.kind is kind:
        return await session.work.add(report.id) if await settle(session, report.id) else None
    if report.sealed or report.private or report.sample:
        raise TellUserError("nothing_here")  # nothing of it is public, or it only demonstrates
    await session.work.stop(report.id)
    locked = await locked_report(session, report.id)
    if locked is None or locked.state not in rules.IN_PROGRESS:
        raise TellUserError("nothing_here")
    if locked.kind is kind:  # told twice at once
        return None
    if not await session.deletion.may_turn(report.id):
        raise TellUserError("kind_stays")
    asked = keys.which_kind(report.id)
    await session.deletion.turn(report.id, kind, asked)
    await session.outbox.revise(asked, offers.kind_told(report, kind))
    work = await search_again(session, report)
    await _advise(session, report.id)
    return work


async def _advise(session: Session, report_id: UUID) -> None:
    if report := await session.reports.get(report_id):
        settings, photos = await session.workspaces.settings_for(report.id), await session.photos.of(report.id)
        await advise_sealing(session, report, settings, photos)
