"""The one question to the author of a lost report, and its answer."""

from typing import Protocol
from uuid import UUID

from reunite.entities import Question
from reunite.ports.reminders import Reminders


class Questions(Reminders, Protocol):
    """What a community's members are asked: the questions of their lost reports, and reminders."""

    async def ask(self, report: UUID, question: Question) -> None:
        """Store a report's question; one that was asked before stays."""
        ...

    async def answer(self, report: UUID, answer: str) -> None:
        """Store the author's answer, empty for "not sure"."""
        ...
