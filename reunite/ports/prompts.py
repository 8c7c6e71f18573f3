"""Prompts: the question of a lost report, reminders, greetings and digests."""

from typing import Protocol
from uuid import UUID

from reunite.entities import Question
from reunite.ports.reminders import Reminders


class Prompts(Reminders, Protocol):
    """The questions, reminders, greetings and digests of a community."""

    async def ask(self, report: UUID, question: Question) -> None:
        """Store a report's question; one that was asked before stays."""
        ...

    async def answer(self, report: UUID, answer: str) -> None:
        """Store the author's answer, empty for "not sure"."""
        ...
