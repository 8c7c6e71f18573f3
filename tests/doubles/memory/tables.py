"""What the in-memory store keeps, and what every part of a session is made of."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from uuid import UUID

from reunite.entities import (
    Claim,
    ClaimDecision,
    Match,
    Photo,
    Report,
    Settings,
    Verdict,
    Whereabouts,
    Workspace,
)
from reunite.errors import TryAgainError
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Reply
from reunite.ports import Audience, Sent


@dataclass(frozen=True)
class ReportRow:
    report: Report
    workspace: UUID
    source_key: str
    proof_question: str = ""
    whereabouts: Whereabouts = field(default_factory=Whereabouts)
    reminded_of: datetime | None = None
    returned_at: datetime | None = None
    is_answered: bool = True


@dataclass(frozen=True)
class ClaimTimes:
    made: datetime
    seen: datetime | None = None
    decided: datetime | None = None
    reminded: str = ""


@dataclass(frozen=True)
class PhotoRow:
    photo: Photo
    copy: bytes | None = None
    added_by: str = ""


@dataclass(frozen=True)
class VerdictRow:
    match: UUID
    verdict: Verdict


@dataclass(frozen=True)
class OutboxRow:
    report: UUID
    key: ReplyKey
    reply: Reply
    audience: Audience
    created_at: datetime
    sent: Sent | None = None
    is_removed: bool = False


@dataclass(frozen=True)
class WorkspaceRow:
    workspace: Workspace
    settings: Settings
    is_greeted: bool = False
    greeting_channel: str = ""
    greeting_tried_at: datetime | None = None
    digested_at: datetime | None = None
    absent_since: datetime | None = None


@dataclass
class Tables:
    """Rows are frozen, so a copy of the tables is a snapshot to roll back to."""

    workspaces: dict[UUID, WorkspaceRow] = field(default_factory=dict)
    reports: dict[UUID, ReportRow] = field(default_factory=dict)
    photos: dict[UUID, PhotoRow] = field(default_factory=dict)
    matches: dict[UUID, Match] = field(default_factory=dict)
    verdicts: list[VerdictRow] = field(default_factory=list)
    claim_decisions: list[ClaimDecision] = field(default_factory=list)
    claims: dict[UUID, Claim] = field(default_factory=dict)
    proofs: dict[UUID, str] = field(default_factory=dict)
    claim_times: dict[UUID, ClaimTimes] = field(default_factory=dict)
    quiet: frozenset[tuple[UUID, str]] = frozenset()
    """Workspaces and members who want no reminders."""
    outbox: dict[ReplyKey, OutboxRow] = field(default_factory=dict)
    work: dict[UUID, UUID] = field(default_factory=dict)
    zones: dict[tuple[UUID, str], str] = field(default_factory=dict)
    link_codes: dict[str, UUID] = field(default_factory=dict)

    def snapshot(self) -> "Tables":
        return Tables(**{field.name: getattr(self, field.name).copy() for field in fields(self)})


class Part:
    """A part of a session: the rows of one community."""

    def __init__(self, tables: Tables, community: UUID) -> None:
        self._tables = tables
        self._community = community

    def _rows(self) -> Iterator[ReportRow]:
        return (row for row in list(self._tables.reports.values()) if row.report.community == self._community)

    def _row(self, report: UUID) -> ReportRow | None:
        row = self._tables.reports.get(report)
        return row if row and row.report.community == self._community else None

    def _read(self, row: ReportRow) -> Report:
        settings = self._tables.workspaces[row.workspace].settings
        return replace(row.report, language=settings.language, zone=settings.timezone)

    def _change(self, report: UUID, **changed: object) -> None:
        if row := self._row(report):
            self._tables.reports[report] = replace(row, report=replace(row.report, **changed))  # type: ignore[arg-type]

    def _matches(self) -> Iterator[Match]:
        """Return the matches, each with the state of its latest claim."""
        claims = {claim.match: claim.state for claim in self._tables.claims.values()}
        kept = (match for match in list(self._tables.matches.values()) if self._row(match.lost))
        return (replace(match, claim=claims.get(match.id)) for match in kept)

    def _outbox(self) -> Iterator[OutboxRow]:
        return (row for row in list(self._tables.outbox.values()) if self._row(row.report))

    def _workspace(self, workspace: UUID) -> WorkspaceRow | None:
        row = self._tables.workspaces.get(workspace)
        return row if row and row.workspace.community == self._community else None

    def _require(self, report: UUID) -> ReportRow:
        """Return a report's row. Raises TryAgainError if the report is of another community."""
        row = self._row(report)
        if row is None:
            raise TryAgainError("it is of another community")
        return row


def now() -> datetime:
    return datetime.now(UTC)
