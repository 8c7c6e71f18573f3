"""The one question to the author of a lost report, and its answer."""

from typing import Protocol
from uuid import UUID

from reunite.entities import Question


class Questions(Protocol):
    """The questions of a community's lost reports."""

    async def ask(self, report: UUID, question: Question) -> None:
        """Store a report's question; one that was asked before stays."""
        ...

    async def answer(self, report: UUID, answer: str) -> None:
        """Store the author's answer, empty for "not sure"."""
        ...
