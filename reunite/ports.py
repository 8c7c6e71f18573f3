"""What the domain needs of the outside: the store, the queue and the platforms, each as small as its use."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from reunite.commands import JoinWorkspace, NewReport
from reunite.matching.evidence import Search
from reunite.model import (
    Label,
    Match,
    MatchState,
    Member,
    Photo,
    PlatformName,
    Question,
    ReplyTarget,
    Report,
    ReportState,
    Verdict,
    VerdictKind,
    Why,
    Workspace,
)
from reunite.reply import Reply


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """A pair as the search judged it, ready to be written down."""

    lost: UUID
    found: UUID
    probability: float
    label: Label | None
    why: tuple[Why, ...]
    evidence: Mapping[str, float]


class Session(Protocol):
    """One transaction within one community; nothing of another community can be seen or written."""

    async def add_report(self, command: NewReport, expires_at: datetime) -> tuple[Report, bool]:
        """Write report and photos, and tell whether they are new; a known `source_key` changes nothing."""
        ...

    async def report(self, report: UUID) -> Report | None:
        """Return a report as it stands now."""
        ...

    async def lock(self, reports: Collection[UUID]) -> Mapping[UUID, Report]:
        """Return reports, locked to the end of the transaction, in an order in which no two can wait for each other."""
        ...

    async def report_at(self, target: ReplyTarget) -> Report | None:
        """Return the report whose post is `target.message`, as it stands now."""
        ...

    async def set_state(self, report: UUID, state: ReportState) -> None:
        """Move a report to another state."""
        ...

    async def mark_answered(self, report: UUID) -> None:
        """Note that a report's thread has its first answer."""
        ...

    async def ask(self, report: UUID, question: Question) -> None:
        """Note what a report's author is asked; a question that was asked before stays."""
        ...

    async def set_said(self, report: UUID, said: str) -> None:
        """Note the answer to a report's question, empty for "not sure"."""
        ...

    async def photos(self, report: UUID) -> Sequence[Photo]:
        """Return a report's photos in order."""
        ...

    async def stop_work(self, report: UUID) -> None:
        """Delete the work on a report; a worker that is at it writes nothing more. Before the report is locked."""
        ...

    async def purge(self, report: UUID) -> None:
        """Delete a report's words, photos, vectors and unsent replies; its empty row stays, so it can't come again."""
        ...

    async def add_work(self, report: UUID) -> UUID:
        """Note that a report is to be (re)processed, and return the work's id."""
        ...

    async def search(self, report: Report, limit: int) -> Search:
        """Return open reports of the opposite kind that may fit, with what was measured on each pair.

        At most `limit` by each kind of pair and by rare words; pairs that a moderator has refused are left out.
        """
        ...

    async def save_match(self, pair: ScoredPair) -> Match:
        """Write a pair, or bring a known one up to date; its verdicts stay."""
        ...

    async def match(self, match: UUID) -> Match | None:
        """Return a match."""
        ...

    async def match_shown_at(self, target: ReplyTarget) -> Match | None:
        """Return the match that the sent reply `target.message` shows."""
        ...

    async def is_shown(self, match: UUID, report: UUID) -> bool:
        """Tell whether a report's thread shows a match, or is about to."""
        ...

    async def matches_of(self, report: UUID) -> Sequence[Match]:
        """Return every match of a report, most probable first."""
        ...

    async def set_match_state(self, match: UUID, state: MatchState) -> None:
        """Record what the standing verdicts make of a match."""
        ...

    async def add_verdict(self, match: UUID, member: Member, kind: VerdictKind, *, given: bool) -> None:
        """Append to the log of verdicts."""
        ...

    async def verdicts(self, match: UUID) -> Sequence[Verdict]:
        """Return a match's log of verdicts, oldest first."""
        ...

    async def post(self, report: UUID, key: str, reply: Reply) -> bool:
        """Put a reply for a report's thread into the outbox; false where `key` is there already."""
        ...


class Store(Protocol):
    """Opens transactions and finds workspaces."""

    def session(self, community: UUID) -> AbstractAsyncContextManager[Session]:
        """Open a transaction within a community; it commits at the end, or rolls back on an error."""
        ...

    async def join(self, command: JoinWorkspace) -> Workspace:
        """Make a workspace and its channels known (a community of its own, if it is new)."""
        ...

    async def workspace(self, platform: PlatformName, external_id: str) -> Workspace | None:
        """Return a workspace."""
        ...


class Queue(Protocol):
    """Hints to the workers; losing one costs only time."""

    async def hint(self, work: UUID) -> None:
        """Tell the workers that there is work; never raises for a queue that is away."""
        ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply on its way. `key` is its idempotency key; `maybe_sent` tells that an earlier try may have arrived."""

    key: str
    target: ReplyTarget
    reply: Reply
    picture: bytes | None = None
    maybe_sent: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a reply is: what a reaction to it will name as its channel and message."""

    channel: str
    message: str


class Platform(Protocol):
    """A chat platform's outbound side."""

    @property
    def name(self) -> PlatformName:
        """Which platform this is."""
        ...

    async def send(self, outgoing: Outgoing) -> Sent:
        """Post a reply in the thread of `target.message` (in the channel where that is None); return where it is.

        Where `maybe_sent`, looks first whether the reply is there already. Raises TryAgainError, UndeliverableError.
        """
        ...

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        """Show a reply that was sent in its new form. Raises TryAgainError, UndeliverableError."""
        ...

    async def remove(self, outgoing: Outgoing, sent: Sent | None) -> None:
        """Take a reply away; it may be gone already. Where `sent` is None, look whether it was sent at all.

        Raises TryAgainError, UndeliverableError.
        """
        ...

    async def photo_url(self, target: ReplyTarget, name: str) -> str | None:
        """Return a fresh link to a photo of the post `target.message`; None where it is gone. Raises TryAgainError."""
        ...

    async def acknowledge(self, target: ReplyTarget) -> None:
        """Show on a post that it was taken up. Raises TryAgainError, UndeliverableError."""
        ...
