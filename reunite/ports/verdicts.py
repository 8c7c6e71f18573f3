"""The append-only log of verdicts and of decisions on claims."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from reunite.commands import GiveVerdict
from reunite.entities import Claim, ClaimDecision, ClaimState, Member, Verdict


class Verdicts(Protocol):
    """What the people of a community have decided."""

    async def add(self, match: UUID, command: GiveVerdict, *, given: bool) -> None: ...

    async def of(self, match: UUID) -> Sequence[Verdict]:
        """Return a match's log, oldest first."""
        ...

    async def by(self, member: str) -> Sequence[Verdict]:
        """Return the verdicts that a member gave or withdrew, oldest first."""
        ...

    async def add_claim_decision(self, claim: Claim, state: ClaimState, by: Member) -> None: ...

    async def claim_decisions_by(self, member: str) -> Sequence[ClaimDecision]:
        """Return which claims a member accepted or rejected, oldest first."""
        ...
