"""Matches: scored pairs, and what was decided about them."""

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from reunite.entities import Handover, Match, MatchState, ReplyTarget, Why
from reunite.ports.records import ScoredPair


class Matches(Protocol):
    """The matches of a community."""

    async def save(self, pairs: Sequence[ScoredPair]) -> Sequence[Match]:
        """Store pairs in this order, or update known ones; what people decided about them stays."""

    async def fade(self, matches: Collection[UUID]) -> Sequence[Match]:
        """Take their labels from matches that a search no longer finds."""

    async def get(self, match: UUID) -> Match | None: ...

    async def of(self, report: UUID) -> Sequence[Match]:
        """Return every match of a report, most probable first."""

    async def ruled_out(self, report: UUID) -> frozenset[UUID]:
        """Return what was rejected, or declined although it had a label, for any report of the same author.

        Declining an item without a label says something about that one report only.

        For a found report, these are the lost reports of everyone who isn't its owner.
        """

    async def shown_at(self, target: ReplyTarget) -> Match | None:
        """Return the match that the sent reply `target.message` shows."""

    async def set_why(self, match: UUID, why: tuple[Why, ...]) -> None: ...

    async def set_state(self, match: UUID, state: MatchState) -> None: ...

    async def decline(self, match: UUID, *, declined: bool) -> None:
        """Store whether the owner says that it isn't theirs."""

    async def pick(self, match: UUID) -> None:
        """Store that the owner picked it from a gallery; it's no longer declined."""

    async def note_handover(self, match: UUID, handover: Handover) -> None:
        """Store what the owner and the finder say about giving it back."""

    async def release(self, match: UUID) -> None:
        """Let the owner know about a sealed match."""
