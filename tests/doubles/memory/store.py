"""The in-memory store: transactions that roll back, workspaces, links."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID, uuid4

from reunite import rules
from reunite.commands import JoinWorkspace
from reunite.entities import (
    WEEKS,
    ClaimState,
    Label,
    LostItem,
    Match,
    MatchState,
    Member,
    PlatformName,
    PromisesKept,
    Report,
    ReportKind,
    ReportState,
    Settings,
    Statistics,
    Trends,
    Workspace,
)
from reunite.errors import DefectError, NotJoinedError
from reunite.ports import KnownCard
from reunite.trends import LOOKED_AT
from tests.doubles.memory.looks import MemoryLooks
from tests.doubles.memory.matches import MemoryCandidates, MemoryClaims, MemoryMatches, MemoryVerdicts
from tests.doubles.memory.replies import MemoryDeletion, MemoryOutbox
from tests.doubles.memory.reports import MemoryPhotos, MemoryPrompts, MemoryReports, MemoryWork
from tests.doubles.memory.tables import Part, Tables, WorkspaceRow, now


class MemoryWorkspaces(Part):
    """`reunite.ports.workspaces.Workspaces`."""

    async def settings(self, workspace: UUID) -> Settings:
        row = self._workspace(workspace)
        if row is None:
            raise DefectError(f"workspace {workspace} isn't in this community")
        return row.settings

    async def settings_for(self, report: UUID) -> Settings:
        return await self.settings(self._require(report).workspace)

    async def save_settings(self, workspace: UUID, settings: Settings) -> None:
        if row := self._workspace(workspace):
            self._tables.workspaces[workspace] = replace(row, settings=settings)

    async def member_zone(self, workspace: UUID, member: str) -> str:
        return self._tables.zones.get((workspace, member), "") if self._workspace(workspace) else ""

    async def set_member_zone(self, workspace: UUID, member: str, zone: str) -> None:
        kept = {of: name for of, name in self._tables.zones.items() if of != (workspace, member)}
        self._tables.zones = {**kept, (workspace, member): zone} if zone else kept

    async def count(self, kind: ReportKind, state: ReportState, *, for_moderators: bool = False) -> int:
        return sum(
            (row.report.kind, row.report.state, row.report.sample) == (kind, state, False)
            and (for_moderators or not (row.report.sealed or row.report.private))
            for row in self._rows()
        )

    async def statistics(self, *, for_moderators: bool = False) -> Statistics:
        reports = [row.report for row in self._rows() if not row.report.sample]
        found = {report.id: report for report in reports if report.kind is ReportKind.FOUND}
        known = [match for match in self._matches() if match.found in found]
        public = [match for match in known if match.released or not found[match.found].sealed]
        return Statistics(
            open_lost=await self.count(ReportKind.LOST, ReportState.OPEN, for_moderators=for_moderators),
            open_found=await self.count(ReportKind.FOUND, ReportState.OPEN, for_moderators=for_moderators),
            returned=await self.count(ReportKind.FOUND, ReportState.RETURNED, for_moderators=for_moderators),
            matches_shown=len(
                {match.id for match in known}.intersection(
                    row.reply.match for row in self._outbox() if row.audience == "thread" and row.reply.match
                )
            ),
            confirmed=sum(match.state is MatchState.CONFIRMED for match in public),
            rejected=sum(match.state is MatchState.REJECTED for match in public),
            kept=self._kept(public),
        )

    async def trends(self) -> Trends:
        at = now()
        back = [(row.report, row.returned_at) for row in self._rows() if row.returned_at and not row.report.sample]
        found_reports = [
            (report, when) for report, when in back if report.kind is ReportKind.FOUND and not report.sealed
        ]
        weeks = [(at - when) // timedelta(weeks=1) for _, when in found_reports]
        days = [(when - (report.posted_at or report.created_at)) / timedelta(days=1) for report, when in found_reports]
        lost_reports = [
            LostItem(report.text, report.place)
            for report in (row.report for row in self._rows())
            if report.kind is ReportKind.LOST
            and report.state is not ReportState.LOOK
            and not (report.private or report.sample or report.purged)
            and (report.posted_at or report.created_at) > at - LOOKED_AT
        ]
        counted = tuple(weeks.count(week) for week in reversed(range(WEEKS)))
        return Trends(counted, median(days) if days else None, tuple(lost_reports))

    def _kept(self, public: Sequence[Match]) -> PromisesKept:
        answer = {match.id: self._is_right(match) for match in public}
        high = [answer[match.id] for match in public if match.label is Label.HIGH]
        by_lost: dict[UUID, list[bool | None]] = {}
        for match in public:
            if match.label is Label.POSSIBLE:
                by_lost.setdefault(match.lost, []).append(answer[match.id])
        lists = [any(own) for own in by_lost.values() if any(own) or None not in own]
        return PromisesKept(sum(right is not None for right in high), high.count(True), len(lists), lists.count(True))

    def _is_right(self, match: Match) -> bool | None:
        """Return whether people say that a match is right; None if they said nothing."""
        if match.state is not MatchState.UNDECIDED:
            return match.state is MatchState.CONFIRMED
        accepted = any(
            claim.match == match.id and claim.state is ClaimState.ACCEPTED for claim in self._tables.claims.values()
        )
        return not match.declined if match.declined or match.picked or accepted else None

    async def reports(self, workspace: UUID) -> Sequence[UUID]:
        return sorted(row.report.id for row in self._rows() if row.workspace == workspace and not row.report.purged)

    async def posts(self, workspace: UUID, since: datetime | None, channel: str | None = None) -> Sequence[Report]:
        ended = {ReportState.WITHDRAWN, ReportState.EXPIRED}
        return [
            self._read(row)
            for row in self._rows()
            if row.workspace == workspace
            and (since is None or row.report.created_at >= since)
            and channel in {None, row.report.target.channel}
            and row.report.target.message
            and row.report.state not in ended
        ]

    async def cards(self, workspace: UUID, since: datetime | None, message: str | None = None) -> Sequence[KnownCard]:
        ended = {ReportState.WITHDRAWN, ReportState.EXPIRED}
        log = MemoryVerdicts(self._tables, self._community)
        return [
            KnownCard(row.sent, row.reply.match, tuple(rules.in_force(await log.of(row.reply.match))))
            for row in self._outbox()
            if self._require(row.report).workspace == workspace
            and row.sent
            and row.reply.match
            and self._require(row.report).report.state not in ended
            and (since is None or row.created_at >= since)
            and message in {None, row.sent.message}
            and not row.is_removed
        ]

    async def unlink(self, workspace: UUID) -> None:
        others = [
            row
            for row in self._tables.workspaces.values()
            if row.workspace.community == self._community and row.workspace.id != workspace
        ]
        if others:
            move(self._tables, workspace, uuid4())


class MemorySession:
    """`reunite.ports.Session`."""

    def __init__(self, tables: Tables, community: UUID) -> None:
        self.reports = MemoryReports(tables, community)
        self.looks = MemoryLooks(tables, community)
        self.prompts = MemoryPrompts(tables, community)
        self.photos = MemoryPhotos(tables, community)
        self.candidates = MemoryCandidates(tables, community)
        self.matches = MemoryMatches(tables, community)
        self.verdicts = MemoryVerdicts(tables, community)
        self.claims = MemoryClaims(tables, community)
        self.outbox = MemoryOutbox(tables, community)
        self.workspaces = MemoryWorkspaces(tables, community)
        self.work = MemoryWork(tables, community)
        self.deletion = MemoryDeletion(tables, community)


class MemoryStore:
    """`reunite.ports.Store`. Transactions run one after the other: conflicts have their tests on PostgreSQL."""

    def __init__(self) -> None:
        self.tables = Tables()

    @asynccontextmanager
    async def session(self, community: UUID) -> AsyncIterator[MemorySession]:
        before = self.tables.snapshot()
        try:
            yield MemorySession(self.tables, community)
        except BaseException:
            for field in fields(Tables):  # in place: the session's parts hold the same tables
                setattr(self.tables, field.name, getattr(before, field.name))
            raise

    @asynccontextmanager
    async def entered(
        self, platform: PlatformName, external_id: str
    ) -> AsyncIterator[tuple[Workspace, Settings, MemorySession]]:
        workspace = await self.workspace(platform, external_id)
        if workspace is None:
            raise NotJoinedError(platform, external_id)
        async with self.session(workspace.community) as session:
            yield workspace, await session.workspaces.settings(workspace.id), session

    async def join(self, command: JoinWorkspace) -> Workspace:
        known = await self.workspace(command.platform, command.external_id)
        if known:
            await self.note_absence(known, None)
            return known
        workspace = Workspace(uuid4(), uuid4(), command.platform, command.external_id)
        self.tables.workspaces[workspace.id] = WorkspaceRow(workspace, Settings())
        return workspace

    async def workspace(self, platform: PlatformName, external_id: str) -> Workspace | None:
        joined = (row.workspace for row in self.tables.workspaces.values())
        return next(
            (
                workspace
                for workspace in joined
                if (workspace.platform, workspace.external_id) == (platform, external_id)
            ),
            None,
        )

    async def known_workspaces(self, platform: PlatformName) -> list[tuple[Workspace, datetime | None]]:
        rows = self.tables.workspaces.values()
        return [(row.workspace, row.absent_since) for row in rows if row.workspace.platform == platform]

    async def note_absence(self, workspace: Workspace, since: datetime | None) -> None:
        row = self.tables.workspaces[workspace.id]
        earliest = since and min(since, row.absent_since or since)
        self.tables.workspaces[workspace.id] = replace(row, absent_since=earliest)

    async def save_board_link(self, workspace: Workspace, member: Member, language: str, link_hash: str) -> None:
        """Keep nothing: only the board reads links, from PostgreSQL."""

    async def save_link_code(self, workspace: Workspace, code_hash: str) -> None:
        kept = {code: of for code, of in self.tables.link_codes.items() if of != workspace.community}
        self.tables.link_codes = {**kept, code_hash: workspace.community}

    async def link(self, workspace: Workspace, code_hash: str) -> bool:
        other = self.tables.link_codes.get(code_hash)
        if other is None or other == workspace.community:
            return False
        del self.tables.link_codes[code_hash]
        for row in list(self.tables.workspaces.values()):
            if row.workspace.community == workspace.community:
                move(self.tables, row.workspace.id, other)
        return True

    async def leave(self, workspace: Workspace) -> None:
        gone = {row.report.id for row in self.tables.reports.values() if row.workspace == workspace.id}
        matches = {match.id for match in self.tables.matches.values() if {match.lost, match.found} & gone}
        tables = self.tables
        del tables.workspaces[workspace.id]
        tables.reports = {report_id: row for report_id, row in tables.reports.items() if report_id not in gone}
        tables.photos = {photo_id: row for photo_id, row in tables.photos.items() if row.photo.report not in gone}
        tables.matches = {match_id: row for match_id, row in tables.matches.items() if match_id not in matches}
        tables.claims = {claim_id: row for claim_id, row in tables.claims.items() if row.match not in matches}
        tables.verdicts = [row for row in tables.verdicts if row.match not in matches]
        tables.claim_decisions = [row for row in tables.claim_decisions if row.match not in matches]
        tables.outbox = {key: row for key, row in tables.outbox.items() if row.report not in gone}
        tables.work = {work_id: report for work_id, report in tables.work.items() if report not in gone}


def move(tables: Tables, workspace: UUID, community: UUID) -> None:
    """Move a workspace with its reports to another community."""
    row = tables.workspaces[workspace]
    tables.workspaces[workspace] = replace(row, workspace=replace(row.workspace, community=community))
    for stored in list(tables.reports.values()):
        if stored.workspace == workspace:
            tables.reports[stored.report.id] = replace(stored, report=replace(stored.report, community=community))
