"""The input of scoring: the query, its candidates, and the measurements on each pair."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, NamedTuple
from uuid import UUID

from reunite.encoder import PHOTO_SPACE, SHARED_SPACE, TEXT_SPACE
from reunite.entities import ReportKind

MAX_CANDIDATES: Final = 50
"""How many candidates each pair kind may contribute to a search, besides those that share rare words."""

Source = Literal["photo", "text"]


class PairKind(StrEnum):
    """Which sides of two reports are compared, the query's first. Each kind has its own scale."""

    PHOTO_PHOTO = "photo-photo"
    TEXT_PHOTO = "text-photo"
    PHOTO_TEXT = "photo-text"
    TEXT_TEXT = "text-text"


SIDES: Final[Mapping[PairKind, tuple[Source, Source, str]]] = {
    PairKind.PHOTO_PHOTO: ("photo", "photo", PHOTO_SPACE),
    PairKind.TEXT_PHOTO: ("text", "photo", SHARED_SPACE),
    PairKind.PHOTO_TEXT: ("photo", "text", SHARED_SPACE),
    PairKind.TEXT_TEXT: ("text", "text", TEXT_SPACE),
}
"""What each pair kind compares, the query's side first, and the space that it prefers where the encoder has it."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Item:
    """What we know of a report for scoring: text, place, time, and the colour shares of each photo (see `colours`)."""

    report: UUID
    kind: ReportKind
    text: str
    place: str
    at: datetime
    """When it happened if that is stated (`time_is_stated`), otherwise when it was posted or reported."""
    time_is_stated: bool
    colours: tuple[tuple[float, ...], ...] = ()
    answered_colour: str = ""
    """The colour (a name of `colours.NAMES`) that the author answered when asked."""
    ruled_out_colours: tuple[str, ...] = ()
    """The colours that the author was offered when asked, and none of which it has."""
    ruled_out_places: tuple[str, ...] = ()
    posted_at: datetime | None = None
    """When it was posted, if known: the latest time at which it happened."""
    shows: tuple[str, ...] = ()
    """Nouns, in English, of things that its photos clearly show."""
    is_day: bool = False
    """Whether only the day is stated, which begins with `at`."""

    @property
    def seen_colours(self) -> tuple[tuple[float, ...], ...]:
        """The colour shares of the photos that show any: some were too dark."""
        return tuple(shares for shares in self.colours if any(shares))


class Candidate(NamedTuple):
    """An open report that may match: its best cosine for each pair kind, and the rare words that both texts share.

    A search makes hundreds, and a named tuple is made in a quarter of a dataclass's time.
    """

    item: Item
    similarities: Mapping[PairKind, float]
    rare_words: tuple[str, ...] = ()
    photo: UUID | None = None
    """The found report's photo that is most similar; None if only texts were compared."""
    details: float | None = None
    """How many details of the two reports' photos match, weighted; None where they haven't been compared."""


@dataclass(frozen=True, slots=True)
class Background:
    """Similarities of the query with all open reports of its community, for one pair kind."""

    mean: float
    deviation: float
    """Standard deviation of the population; 0 for a single report."""
    count: int


@dataclass(frozen=True, slots=True)
class Search:
    """The query, its candidates in no particular order, and the background they are compared with."""

    query: Item
    candidates: tuple[Candidate, ...]
    background: Mapping[PairKind, Background] = field(default_factory=dict)
    open_count: int = 0
    """How many open reports were searched, including the candidates."""
    lookalikes: Mapping[frozenset[UUID], float] = field(default_factory=dict)
    """The best photo cosine of pairs of found candidates, for the most similar pairs."""
    boilerplate: frozenset[str] = frozenset()
    """The query's words that say nothing here: most open reports have them, or one author repeats them."""
