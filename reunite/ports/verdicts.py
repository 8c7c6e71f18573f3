"""The append-only log of verdicts and of decisions on claims."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from reunite.commands import GiveVerdict
from reunite.entities import Account, ClaimDecision, Decision, Member, ReplyTarget, Verdict


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
