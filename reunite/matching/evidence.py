"""What a search hands to the scored: the report in question, its candidates, and what was measured on each pair."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from reunite.entities import ReportKind

MOST_CANDIDATES: Final = 50
"""How many candidates each kind of pair may bring into a search, beside those that share rare words."""


class PairKind(StrEnum):
    """Which sides of two reports were compared, the report in question first. Each kind has a scale of its own."""

    PHOTO_PHOTO = "photo-photo"
    TEXT_PHOTO = "text-photo"
    PHOTO_TEXT = "photo-text"
    TEXT_TEXT = "text-text"


@dataclass(frozen=True, slots=True)
class Item:
    """What is known of a report: words, place, time, and the named colours of each of its photos (see `colours`)."""

    report: UUID
    kind: ReportKind
    text: str
    place: str
    at: datetime
    """When it happened, or when it was reported if nothing was said (`at_is_said` tells which)."""
    at_is_said: bool
    colours: tuple[tuple[float, ...], ...] = ()
    colour_said: str = ""
    """A name of `colours.NAMES` that the author answered when asked."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open report that may fit: its best cosine in each kind of pair, and the rare words that both texts share."""

    item: Item
    similarities: Mapping[PairKind, float]
    rare_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Background:
    """How similar the report in question is to the community's open reports in one kind of pair, all of them."""

    mean: float
    deviation: float
    """Standard deviation of the population; 0 for a single report."""
    count: int


@dataclass(frozen=True, slots=True)
class Search:
    """The report in question, its candidates in no order, and the background that they stand out from, or don't."""

    query: Item
    candidates: tuple[Candidate, ...]
    background: Mapping[PairKind, Background] = field(default_factory=dict)
    open_count: int = 0
    """How many open reports there were to search, the candidates included."""
    alike: Mapping[frozenset[UUID], float] = field(default_factory=dict)
    """The best cosine of the photos of two found candidates, by pair, of those pairs that are most alike."""
