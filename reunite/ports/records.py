"""The store's records besides the domain's entities."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from reunite.entities import Label, Verdict, VerdictKind, Why

Audience = Literal["thread", "moderators", "pair", "channel"]
"""Who reads a reply: a report's thread, the moderators' channel of its workspace, the people whom it names, in a
conversation of their own, or everyone in the channel of the report's post."""

Ping = Literal["always", "unless_waiting", "never"]
"""Whether a reply pings the people whom it addresses; `unless_waiting`: not while an earlier match that has pinged them
waits for their answer."""


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """A pair as the search scored it, ready to be stored."""

    lost: UUID
    found: UUID
    probability: float
    label: Label | None
    why: tuple[Why, ...]
    evidence: Mapping[str, float]
    percent: bool = False
    """Whether the probability may be shown."""
    photo: UUID | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much of a community's work is due, and how long a piece has taken lately; None if too few were done."""

    queued: int
    seconds_each: float | None


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a reply is: the channel and message that a reaction to it will name."""

    channel: str
    message: str


@dataclass(frozen=True, slots=True)
class KnownCard:
    """A match reply as it was sent, and the moderators' current verdicts on it."""

    sent: Sent
    match: UUID
    verdicts: tuple[Verdict, ...]
    taken_back: frozenset[tuple[str, VerdictKind]] = frozenset()
    """Moderators who have withdrawn such a verdict by button: an old reaction of theirs doesn't count any more."""
