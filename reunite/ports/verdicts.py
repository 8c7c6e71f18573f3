"""The append-only log of verdicts, of decisions on claims, and of reports that moderators deleted."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from reunite.commands import GiveVerdict
from reunite.entities import Account, ClaimDecision, Decision, Member, ReplyTarget, ReportDeletion, Verdict


class Verdicts(Protocol):
    """What the people of a community have decided."""

    async def add(self, match: UUID, command: GiveVerdict, *, given: bool) -> None: ...

    async def of(self, match: UUID) -> Sequence[Verdict]:
        """Return a match's log, oldest first."""

    async def by(self, account: Account) -> Sequence[Verdict]:
        """Return the verdicts that someone gave or withdrew, oldest first."""

    async def add_decision(self, match: UUID, state: Decision, place: ReplyTarget, by: Member) -> None:
        """Store that a member of a place's workspace has decided on a match's claim, or released a sealed match."""

    async def decisions_by(self, account: Account) -> Sequence[ClaimDecision]:
        """Return which claims someone accepted or rejected, and what they released, oldest first."""

    async def add_deletion(self, report: UUID, place: ReplyTarget, by: Member) -> None:
        """Store that a member of a place's workspace has deleted somebody else's report."""

    async def deletions_by(self, account: Account) -> Sequence[ReportDeletion]:
        """Return which reports of others someone deleted, oldest first."""
