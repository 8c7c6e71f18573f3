"""Looks: private searches, which are reports in a state of their own."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from reunite.entities import ReplyTarget


class Looks(Protocol):
    """The looks of a community."""

    async def count(self, workspace: UUID, member: str) -> int:
        """Return how many looks a member has at the moment."""

    async def file(
        self, look: UUID, target: ReplyTarget, expires_at: datetime, *, private: bool, language: str | None
    ) -> None:
        """Turn a look into an open lost report; `target` is where its thread, still without a reply, will be.

        A private one is answered in its author's `language`; None is the workspace's.
        """

    async def remove(self, look: UUID) -> None:
        """Delete a look and everything that belongs to it; any other report stays."""
