"""The search for candidates."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from reunite.entities import Report
from reunite.matching.evidence import Search


class Candidates(Protocol):
    """The open reports of a community, by how well they fit."""

    async def search(self, report: Report, limit: int, *, sealed: bool = False, private: bool = True) -> Search:
        """Return open reports of the opposite kind that may fit, with the measurements on each pair.

        At most `limit` by each pair kind, and those that share a rare word; rejected and declined pairs are left out.
        Sealed reports take part only if they were released to this lost report, or with `sealed`; private ones unless
        `private` is false.
        """

    async def open_lost(self) -> Sequence[UUID]:
        """Return the community's open lost reports, without samples."""

    async def has_sealed(self) -> bool:
        """Return whether the community has open sealed reports."""
