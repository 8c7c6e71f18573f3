"""Deletes all of a member's data: a few reports while they wait, many in the background."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from reunite.commands import Press
from reunite.entities import Member, PlatformName, ReportState, Workspace
from reunite.errors import NotJoinedError
from reunite.messages import notices
from reunite.messages.reply import Reply
from reunite.my_reports import end_all
from reunite.ports import Store
from reunite.retry import retried

_MAX_AWAITED: Final = 50
"""Reports that a member waits for when they are deleted: that takes less than a second."""


class ForgettingHandlers:
    """Forgets members."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def press(self, workspace: Workspace, press: Press) -> Reply:
        """Delete everything known about a member: reports, claims, and the name on what they decided.

        Many reports are only withdrawn: from then on nobody finds them, and `rest` deletes them.
        """
        member = press.member.id
        async with self._store.session(workspace.community) as session:
            reports = await session.reports.by_author(workspace.id, member)
            known = [report.id for report in reports]
            await session.deletion.let_end(known, self._now())
            await session.deletion.forget_moderator(workspace.account(press.member))
            await session.prompts.switch_reminders(workspace.id, member, on=True)  # this choice of theirs goes too
            await session.workspaces.set_member_zone(workspace.id, member, "")
        if len(known) > _MAX_AWAITED:
            return notices.note("forgetting", press.language)
        await self._end(workspace, member, known)
        count = sum(report.state is not ReportState.LOOK for report in reports)
        return notices.forgotten(count, press.language)

    @retried
    async def rest(self, platform: PlatformName, workspace: str, member: Member, language: str = "en") -> Reply | None:
        """Delete the reports that a press has left, which may take minutes; return what to tell the member then.

        None if there are none. Platforms call it once the press's own reply is shown.
        """
        known = await self._store.workspace(platform, workspace)
        if known is None:
            raise NotJoinedError(platform, workspace)
        async with self._store.session(known.community) as session:
            own = await session.reports.by_author(known.id, member.id)
        left = [report.id for report in own if report.expires_at <= self._now()]
        if not left:
            return None
        await self._end(known, member.id, left)
        return notices.forgotten(0, language)

    async def completed(self, press: Press, reply: Reply) -> Reply:
        """Do what a press may have left; return what to say then, on a platform that answers only once."""
        target = press.target
        if press.action != "forget":
            return reply
        return await self.rest(target.platform, target.workspace, press.member, press.language) or reply

    async def _end(self, workspace: Workspace, member: str, reports: Collection[UUID]) -> None:
        """Purge reports, and delete their author's id; if this process dies meanwhile, workers purge the rest."""
        await end_all(self._store, workspace, reports)
        async with self._store.session(workspace.community) as session:
            await session.deletion.forget_author(workspace.id, member)
