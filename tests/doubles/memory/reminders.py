"""Reminders in memory."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from reunite.entities import ClaimState, ReportState
from reunite.ports.reminders import GreetingState
from reunite.reminders import Due
from reunite.rules import PENDING_CLAIMS
from tests.doubles.memory.tables import ClaimTimes, Part, Tables, now


class MemoryReminders(Part):
    """`reunite.ports.reminders.Reminders`."""

    async def note_report_reminder(self, report: UUID) -> None:
        if row := self._row(report):
            self._tables.reports[report] = replace(row, reminded_of=row.report.expires_at)

    async def note_claim_reminder(self, claim: UUID) -> None:
        self._tables.claim_times[claim] = replace(
            self._tables.claim_times[claim], reminded=self._tables.claims[claim].state
        )

    async def note_claim_seen(self, claim: UUID) -> None:
        times = self._tables.claim_times[claim]
        self._tables.claim_times[claim] = replace(times, seen=times.seen or now())

    async def are_reminders_off(self, report: UUID) -> bool:
        row = self._require(report)
        return await self.wants_no_reminders(row.workspace, row.report.author.id)

    async def wants_no_reminders(self, workspace: UUID, member: str) -> bool:
        return (workspace, member) in self._tables.quiet

    async def switch_reminders(self, workspace: UUID, member: str, *, on: bool) -> None:
        self._tables.quiet = self._tables.quiet - {(workspace, member)} | (set() if on else {(workspace, member)})

    async def note_invitation(self, workspace: UUID, channel: str, *, if_first: bool = False) -> None:
        del if_first  # channels aren't kept in memory
        if (row := self._workspace(workspace)) and not row.greeting_tried_at:
            self._tables.workspaces[workspace] = replace(row, greeting_channel=channel)

    async def due_greeting(self, workspace: UUID) -> tuple[str, datetime | None] | None:
        row = self._workspace(workspace)
        return (row.greeting_channel, row.greeting_tried_at) if row and not row.is_greeted else None

    async def note_greeting(self, workspace: UUID, state: GreetingState) -> None:
        if row := self._workspace(workspace):
            tried_at = None if state == "refused" else row.greeting_tried_at or now()
            is_greeted = row.is_greeted or state == "sent"
            self._tables.workspaces[workspace] = replace(row, greeting_tried_at=tried_at, is_greeted=is_greeted)

    async def note_digest(self, workspace: UUID, at: datetime) -> None:
        if row := self._workspace(workspace):
            self._tables.workspaces[workspace] = replace(row, digested_at=at)


def due_reminders(tables: Tables, at: datetime) -> list[tuple[UUID, Due]]:
    """Return what PostgreSQL's function returns."""
    week = timedelta(days=7)
    ending = [
        (row.workspace, Due("report", row.report.id))
        for row in tables.reports.values()
        if row.report.state is ReportState.OPEN
        and not row.report.sample
        and at < row.report.expires_at <= at + week
        and row.report.expires_at - row.report.created_at > week
        and row.reminded_of != row.report.expires_at
    ]
    waiting = [
        (tables.reports[tables.matches[claim.match].found].workspace, Due("claim", claim.id))
        for claim in tables.claims.values()
        if claim.state in PENDING_CLAIMS
        and tables.claim_times[claim.id].reminded != claim.state
        and _waits(claim.state, tables.claim_times[claim.id], at)
    ]
    return [(tables.workspaces[workspace].workspace.community, due) for workspace, due in ending + waiting]


def _waits(state: ClaimState, times: ClaimTimes, at: datetime) -> bool:
    if state is ClaimState.OPEN:
        return times.seen is None and times.made <= at - timedelta(hours=24)
    return times.decided is not None and times.decided <= at - timedelta(hours=48)


def due_digests(tables: Tables, at: datetime) -> list[tuple[UUID, UUID]]:
    """Return what PostgreSQL's function returns."""
    return [
        (row.workspace.community, row.workspace.id)
        for row in tables.workspaces.values()
        if row.settings.digest and (row.digested_at is None or row.digested_at <= at - timedelta(days=7))
    ]
