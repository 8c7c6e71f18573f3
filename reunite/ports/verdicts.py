"""The append-only log of verdicts."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from reunite.commands import GiveVerdict
from reunite.entities import Verdict


class Verdicts(Protocol):
    """The verdicts of a community's moderators."""

    async def add(self, match: UUID, command: GiveVerdict, *, given: bool) -> None: ...

    async def of(self, match: UUID) -> Sequence[Verdict]:
        """Return a match's log, oldest first."""
        ...

    async def by(self, member: str) -> Sequence[Verdict]:
        """Return the verdicts that a member gave or took back, oldest first."""
        ...
