"""What kind of report a post is, where its words and its channel differ: its author is asked, and can change it later.

Until they answer, it keeps its channel's kind and is searched as that, but nobody is pinged about it
(docs/decisions/0069-kinds-in-doubt.md).
"""

from uuid import UUID

from reunite import rights, rules
from reunite.claim_endings import locked_with_claims, tell_others
from reunite.commands import NewReport, Press, TellKind
from reunite.edits import search_again
from reunite.entities import Report, ReportKind, Workspace
from reunite.errors import TellUserError
from reunite.locking import checked, locked_report
from reunite.messages import keys, notices, offers
from reunite.messages.reply import Reply
from reunite.ports import Queue, Session, Store
from reunite.retry import retried


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
        """Let the report at a post be of a kind, and return whether it wasn't before. Raises TellUserError."""
        async with self._store.entered(command.target.platform, command.target.workspace) as (_, _, session):
            report = await session.reports.at(command.target)
            if report is None or report.state not in rules.IN_PROGRESS:
                return False
            if command.member:  # else, someone who may change the post has changed it
                account = command.target.account(command.member)
                roles = rights.roles_of(account, report, is_moderator=command.is_moderator)
                rights.check(offers.TELLS_KIND[command.kind], roles)
            work = await _tell(session, report, command.kind)
        if work:
            await self._queue.hint(work)
        return work is not None


async def _tell(session: Session, report: Report, kind: ReportKind) -> UUID | None:
    """Settle of which kind a report is; return the work of searching again, None if that was known."""
    if report.sealed or report.private or report.sample:
        raise TellUserError("nothing_here")  # nothing of it is public, or it only demonstrates
    if report.kind is kind:
        return await _settle(session, report)
    await session.work.stop(report.id)
    locked, claimed = await locked_with_claims(session, report.id)
    if locked is None or locked.state not in rules.IN_PROGRESS:
        raise TellUserError("nothing_here")
    if locked.kind is kind:  # told twice at once
        return None
    kept = (keys.which_kind(report.id), keys.first_reply(report.id))
    await session.deletion.turn(report.id, kind, kept)
    for key in kept:
        await session.outbox.revise(key, offers.kind_told(report, kind))
    await tell_others(session, claimed)
    return await search_again(session, report)


async def _settle(session: Session, report: Report) -> UUID | None:
    locked = await locked_report(session, report.id)
    if locked is None or not locked.kind_in_doubt:
        return None
    await session.reports.note_change(report.id, settles_kind=True)
    await session.outbox.revise(keys.which_kind(report.id), offers.kind_told(report, report.kind))
    return await session.work.add(report.id)
