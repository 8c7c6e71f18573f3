"""What the bot says unasked: reminders, and who wants none; greetings and digests."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Reminders(Protocol):
    """The reminders of a community."""

    async def note_report(self, report: UUID) -> None:
        """Record that a report's author was reminded of its present end."""
        ...

    async def note_claim(self, claim: UUID) -> None:
        """Record that a reminder of a claim in its present state was sent."""
        ...

    async def note_seen(self, claim: UUID) -> None:
        """Record that someone who decides has looked at a claim."""
        ...

    async def is_off(self, report: UUID) -> bool:
        """Return whether a report's author wants no reminders."""
        ...

    async def wants_none(self, workspace: UUID, member: str) -> bool: ...

    async def switch(self, workspace: UUID, member: str, *, on: bool) -> None: ...

    async def greet(self, workspace: UUID) -> bool:
        """Record that a workspace is greeted; false where it was before."""
        ...

    async def note_digest(self, workspace: UUID, at: datetime) -> None:
        """Record when a workspace had its digest."""
        ...
