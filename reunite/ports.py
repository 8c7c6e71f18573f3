"""What the domain needs of the outside: the store, the queue and the platforms, each as small as its use."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from reunite.commands import GiveVerdict, JoinWorkspace, NewReport
from reunite.entities import (
    Claim,
    ClaimState,
    IncomingPhoto,
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
    Settings,
    Statistics,
    Verdict,
    Why,
    Workspace,
)
from reunite.matching.evidence import Search
from reunite.messages.reply import Reply

Audience = Literal["thread", "moderators"]
"""Who reads a reply: a report's thread, or the moderators' channel of its workspace."""


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """A pair as the search result it, ready to be written down."""

    lost: UUID
    found: UUID
    probability: float
    label: Label | None
    why: tuple[Why, ...]
    evidence: Mapping[str, float]
    percent: bool = False
    """Whether the probability is fit to be shown."""


class Session(Protocol):
    """One transaction within one community; nothing of another community can be seen or written."""

    async def add_report(self, command: NewReport, expires_at: datetime) -> tuple[Report, UUID | None]:
        """Write a report, its photos and the work to do; return that work, None where the `source_key` is known."""
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

    async def purge(self, report: UUID, ended: Reply) -> None:
        """Delete a report's words, photos, vectors and unsent replies; its empty row stays, so it can't come again.

        What was sent of it is taken away wherever it stands; the post that the bot wrote for it becomes `ended`.
        """
        ...

    async def set_text(self, report: UUID, text: str, details: str) -> None:
        """Change a report's words, of which `details` are the last; the vectors of the old ones go."""
        ...

    async def add_photos(self, report: UUID, photos: Sequence[IncomingPhoto], key: str = "") -> None:
        """Add photos to a report; those that came with the same `key` before are not added again."""
        ...

    async def secret(self, report: UUID) -> str:
        """Return what the finder says that only the owner can know."""
        ...

    async def set_secret(self, report: UUID, secret: str) -> None:
        """Note what only the owner can know."""
        ...

    async def set_expiry(self, report: UUID, expires_at: datetime) -> None:
        """Let a report end at another time."""
        ...

    async def reports_of(self, workspace: UUID, member: str) -> Sequence[Report]:
        """Return what is still known of a member's reports, oldest first."""
        ...

    async def reports_in(self, workspace: UUID) -> Sequence[UUID]:
        """Return the reports of a workspace of which something is still known."""
        ...

    async def open_losses(self) -> Sequence[UUID]:
        """Return the open losses of the community."""
        ...

    async def lock_workspace(self, workspace: UUID) -> None:
        """Stop the work on a workspace's reports, and lock these to the end of the transaction."""
        ...

    async def unlink(self, workspace: UUID) -> None:
        """Give a workspace a community of its own: nothing of it is seen in this one any more."""
        ...

    async def part_from_others(self, report: UUID) -> None:
        """Delete a report's matches with other workspaces, and have what was said of them taken away."""
        ...

    async def photo_bytes(self, photo: UUID) -> bytes | None:
        """Return a photo's stored copy."""
        ...

    async def claims_by(self, member: str) -> Sequence[Claim]:
        """Return what a member has claimed, as far as it is still known."""
        ...

    async def verdicts_by(self, member: str) -> Sequence[Verdict]:
        """Return the verdicts that a member has given or taken back."""
        ...

    async def has_sealed(self) -> bool:
        """Tell whether the community has open finds that are sealed."""
        ...

    async def add_work(self, report: UUID) -> UUID:
        """Note that a report is to be (re)processed, and return the work's id."""
        ...

    async def search(self, report: Report, limit: int, *, sealed: bool = False) -> Search:
        """Return open reports of the opposite kind that may fit, with what was measured on each pair.

        At most `limit` by each kind of pair and by rare words; pairs that a moderator has refused or the owner has
        declined are left out. Sealed finds take no part at all, except those released to this loss, or with `sealed`.
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

    async def add_verdict(self, match: UUID, command: GiveVerdict, *, given: bool) -> None:
        """Append to the log of verdicts."""
        ...

    async def verdicts(self, match: UUID) -> Sequence[Verdict]:
        """Return a match's log of verdicts, oldest first."""
        ...

    async def decline(self, match: UUID, *, declined: bool) -> None:
        """Note whether the owner says that it is not theirs."""
        ...

    async def release(self, match: UUID) -> None:
        """Note that the owner may know of a sealed find."""
        ...

    async def add_claim(self, match: UUID, member: Member, answer: str) -> Claim:
        """Write a claim down."""
        ...

    async def claim(self, claim: UUID) -> Claim | None:
        """Return a claim."""
        ...

    async def claims_on(self, found: UUID) -> Sequence[Claim]:
        """Return every claim on a find, oldest first."""
        ...

    async def set_claim_state(self, claim: UUID, state: ClaimState) -> None:
        """Note what came of a claim."""
        ...

    async def forget_moderator(self, member: str) -> None:
        """Take a member's name out of the log of verdicts, and out of the replies that told of them."""
        ...

    async def settings(self, workspace: UUID) -> Settings:
        """Return how a workspace wants it."""
        ...

    async def save_settings(self, workspace: UUID, settings: Settings) -> None:
        """Note how a workspace wants it."""
        ...

    async def statistics(self) -> Statistics:
        """Count what the community has."""
        ...

    async def post(self, report: UUID, key: str, reply: Reply, audience: Audience = "thread") -> bool:
        """Put a reply into the outbox: for a report's thread, or for the moderators of its workspace.

        False where `key` is there already, or the moderators have no channel.
        """
        ...

    async def reply(self, key: str) -> Reply | None:
        """Return a reply that stands or is about to, as it is to be by now."""
        ...

    async def revise(self, key: str, reply: Reply) -> None:
        """Give a reply another form, whether it was sent already or not; one that is not there stays away."""
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a reply is: what a reaction to it will name as its channel and message."""

    channel: str
    message: str


@dataclass(frozen=True, slots=True)
class KnownPost:
    """A report's post as we know it, and whether the bot wrote it."""

    report: Report
    by_bot: bool


@dataclass(frozen=True, slots=True)
class KnownCard:
    """A match reply as it was sent, and the moderators whose verdicts on it stand."""

    sent: Sent
    match: UUID
    verdicts: tuple[Verdict, ...]


class Store(Protocol):
    """Opens transactions and finds workspaces."""

    def session(self, community: UUID) -> AbstractAsyncContextManager[Session]:
        """Open a transaction within a community; it commits at the end, or rolls back on an error."""
        ...

    def entered(
        self, platform: PlatformName, external_id: str
    ) -> AbstractAsyncContextManager[tuple[Workspace, Settings, Session]]:
        """Open a transaction within a workspace's community. Raises DefectError where it was never joined."""
        ...

    async def join(self, command: JoinWorkspace) -> Workspace:
        """Make a workspace and its channels known (a community of its own, if it is new)."""
        ...

    async def workspace(self, platform: PlatformName, external_id: str) -> Workspace | None:
        """Return a workspace."""
        ...

    async def known_posts(self, workspace: Workspace, since: datetime) -> Sequence[KnownPost]:
        """Return the posts of a workspace's reports, without those whose reports are withdrawn."""
        ...

    async def known_cards(self, workspace: Workspace, since: datetime) -> Sequence[KnownCard]:
        """Return the match replies that were sent in a workspace."""
        ...

    async def save_link_code(self, workspace: Workspace, code_hash: str) -> None:
        """Keep a code by which another workspace may join the community, for a quarter of an hour."""
        ...

    async def link(self, workspace: Workspace, code_hash: str) -> bool:
        """Let a workspace's community join the one that a code was made in; false where the code is not valid."""
        ...

    async def leave(self, workspace: Workspace) -> None:
        """Delete a workspace with all that is known of it."""
        ...


class Queue(Protocol):
    """Hints to the workers; losing one costs only time."""

    async def hint(self, work: UUID) -> None:
        """Tell the workers that there is new work; never raises for a queue that is away."""
        ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply on its way. `key` is its idempotency key; `maybe_sent` tells that an earlier try may have arrived."""

    key: str
    target: ReplyTarget
    reply: Reply
    picture: bytes | None = None
    maybe_sent: bool = False


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
