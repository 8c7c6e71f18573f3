"""Prompts: the question of a lost report, reminders and who has switched them off, greetings and digests."""

from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from reunite.entities import Question

GreetingState = Literal["tried", "refused", "sent"]


class Prompts(Protocol):
    """The questions, reminders, greetings and digests of a community."""

    async def ask(self, report: UUID, question: Question) -> None:
        """Store a report's question; one that was asked before stays."""

    async def answer(self, report: UUID, answer: str) -> None:
        """Store the author's answer, empty for "not sure"."""

    async def note_report_reminder(self, report: UUID) -> None:
        """Record that a report's author got a reminder of its present end."""

    async def note_claim_reminder(self, claim: UUID, *, sent: bool = True) -> None:
        """Record whether a reminder of a claim in its present state was sent."""

    async def note_claim_seen(self, claim: UUID) -> None:
        """Record that the finder or a moderator has looked at a claim."""

    async def are_reminders_off(self, report: UUID) -> bool:
        """Return whether a report's author has switched reminders off."""

    async def wants_no_reminders(self, workspace: UUID, member: str) -> bool: ...

    async def switch_reminders(self, workspace: UUID, member: str, *, on: bool) -> None: ...

    async def note_invitation(self, workspace: UUID, channel: str, *, if_first: bool = False) -> None:
        """Record where a workspace's greeting goes, unless it was tried; with `if_first`, if it had no channel."""

    async def due_greeting(self, workspace: UUID) -> tuple[str, datetime | None] | None:
        """Return the channel for a workspace's greeting, empty if none is noted, and when that was first tried.

        None once it was sent.
        """

    async def note_greeting(self, workspace: UUID, state: GreetingState) -> None:
        """Record that a workspace's greeting is being tried, that no attempt has arrived, or that it was sent."""

    async def note_digest(self, workspace: UUID, at: datetime) -> None:
        """Record when a workspace had its digest."""
