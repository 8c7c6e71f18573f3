"""The record of work."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from reunite.ports.records import Backlog


class Work(Protocol):
    """The work on a community's reports, and how much there is of it."""

    async def add(self, report: UUID, *, hinted: bool = True) -> UUID:
        """Have a report processed (again), and return the work's id.

        Work that nobody will hint at (not `hinted`) is found by the workers' next sweep.
        """

    async def add_for(self, reports: Sequence[UUID]) -> Sequence[UUID]:
        """Have several reports processed (again), and return the works' ids."""

    async def backlog(self, since: datetime) -> Backlog:
        """Return what is due, and how long each of the latest pieces done since then took.

        The time that a piece took begins where the one before was done: several workers are faster than one.
        """

    async def count_by_same_author(self, report: UUID, since: datetime) -> int:
        """Return how many reports the author of one has posted in the same workspace since then.

        The report itself is included, also as a look; other looks and samples are not.
        """

    async def stop(self, report: UUID) -> None:
        """Delete the work on a report; a worker that has it writes nothing more.

        Call it before the report is locked: a worker locks its work first, and the other order deadlocks.
        """

    async def interrupt(self, workspace: UUID) -> None:
        """Interrupt the work on a workspace's reports, and lock these until the transaction ends."""
