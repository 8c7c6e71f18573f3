"""Reminders: a report that ends soon, a claim that nobody has looked at, an item that should be back by now.

Each comes once, and not to those who have switched them off. The sweep of a worker finds what is due.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

from reunite import rules
from reunite.commands import Press
from reunite.entities import Claim, ClaimState, Match, MatchState, Member, ReportState, Workspace
from reunite.locking import lock_sides, locked_report
from reunite.messages import keys, notices, reminders
from reunite.messages.handovers import Claimed
from reunite.messages.reply import Reply
from reunite.ports import Session, Store

BEFORE_END: Final = timedelta(days=7)
"""How long before its end a report is brought up, if it's watched for longer than that."""
UNSEEN_FOR: Final = timedelta(hours=24)
"""How long nobody has looked at a claim that is brought up."""
ACCEPTED_FOR: Final = timedelta(hours=48)
"""How long ago a claim was accepted that is brought up."""


@dataclass(frozen=True, slots=True)
class Due:
    """A report or a claim whose reminder is due."""

    kind: Literal["report", "claim"]
    subject: UUID


class ReminderHandlers:
    """Lets members switch reminders off and on."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def switch_off(self, workspace: Workspace, press: Press) -> Reply:
        return await self._switch(workspace, press, on=False)

    async def switch_on(self, workspace: Workspace, press: Press) -> Reply:
        return await self._switch(workspace, press, on=True)

    async def _switch(self, workspace: Workspace, press: Press, *, on: bool) -> Reply:
        async with self._store.session(workspace.community) as session:
            await session.prompts.switch_reminders(workspace.id, press.member.id, on=on)
        return reminders.switched(workspace.id, press.language, on=on)

    async def privacy(self, workspace: Workspace, member: Member, language: str) -> Reply:
        async with self._store.session(workspace.community) as session:
            settings = await session.workspaces.settings(workspace.id)
            is_quiet = await session.prompts.wants_no_reminders(workspace.id, member.id)
        return notices.privacy(workspace.id, settings.keep_days, language, reminders=not is_quiet)


async def remind(session: Session, due: Due) -> None:
    """Send a reminder, if its report or claim still waits. Idempotent."""
    if due.kind == "report":
        await _remind_of_end(session, due.subject)
    else:
        await _remind_of_claim(session, due.subject)


async def _remind_of_end(session: Session, subject: UUID) -> None:
    report = await locked_report(session, subject)
    if report is None or report.state is not ReportState.OPEN:
        return
    await session.prompts.note_report_reminder(report.id)
    if not report.quiet and not await session.prompts.are_reminders_off(report.id):
        key = keys.ends_soon(report.id, report.expires_at)
        await session.outbox.post(report.id, key, reminders.ends_soon(report))


async def _remind_of_claim(session: Session, subject: UUID) -> None:
    claim = await session.claims.get(subject)
    match = await session.matches.get(claim.match) if claim else None
    if match is None:
        return
    lost, found = await lock_sides(session, match)
    claim, match = await session.claims.get(subject), await session.matches.get(match.id)  # as they are by now
    if claim is None or match is None:
        return
    await session.prompts.note_claim_reminder(claim.id)
    if not rules.are_open(lost, found) or not _waits(claim, match):
        return
    key, claimed = keys.claim_reminder(claim.id, claim.state), Claimed(claim, match, lost, found)
    if claim.state is ClaimState.OPEN and found.is_listed:
        await session.outbox.post(lost.id, key, reminders.claim_waits(claimed.for_deciders()), audience="moderators")
        return
    reader = found if claim.state is ClaimState.OPEN else lost
    if await session.prompts.are_reminders_off(reader.id):
        return
    if claim.state is ClaimState.OPEN:
        reply = reminders.claim_waits(claimed)
    else:
        settings = await session.workspaces.settings_for(found.id)
        reply = reminders.is_it_back(match, lost, members_can_return=settings.members_can_return)
    await session.outbox.post(reader.id, key, reply)


def _waits(claim: Claim, match: Match) -> bool:
    """Whether a claim still waits for its finder, or an accepted one for the owner's statement."""
    if match.state is not MatchState.UNDECIDED or claim.state not in rules.PENDING_CLAIMS:
        return False
    return claim.state is ClaimState.OPEN or not match.handover.got_back
