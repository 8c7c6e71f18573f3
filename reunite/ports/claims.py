"""Claims, proof questions and proofs."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from reunite.entities import Account, Claim, ClaimState, Member, Whereabouts


class Claims(Protocol):
    """The claims of a community, and the proof questions of its found reports."""

    async def add(self, match: UUID, member: Member, proof: str) -> Claim: ...

    async def get(self, claim: UUID) -> Claim | None: ...

    async def on(self, found: UUID) -> Sequence[Claim]:
        """Return every claim on a found report, oldest first."""

    async def by(self, account: Account) -> Sequence[Claim]:
        """Return someone's claims, oldest first, without those whose report was deleted."""

    async def proof(self, claim: UUID) -> str:
        """Return a claim's proof; empty if it was deleted."""

    async def set_state(self, claim: UUID, state: ClaimState) -> None: ...

    async def forget_answer(self, claim: UUID) -> None:
        """Delete a claim's proof."""

    async def proof_question(self, found: UUID) -> str:
        """Return what the finder asks the owner, or knows and doesn't show; empty if there is nothing."""

    async def set_proof_question(self, found: UUID, question: str) -> None: ...

    async def whereabouts(self, found: UUID) -> Whereabouts: ...

    async def set_whereabouts(self, found: UUID, whereabouts: Whereabouts) -> None: ...
