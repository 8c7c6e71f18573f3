"""How a model ranks the pairs that people have decided: what to know before it replaces another."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID

from reunite.matching.features import extract
from reunite.matching.scoring import ScoredCandidate, score
from reunite.matching.weights import ScoringModel
from reunite.tuning.comparison import EmbeddedReport, compare

LEAST_CONFIRMED: Final = 5
"""With fewer confirmed pairs, a comparison says nothing."""
_MAX_RANKED: Final = 100


@dataclass(frozen=True, slots=True)
class DecidedPair:
    """A lost and a found report, and whether people said that they are about the same thing."""

    lost: UUID
    found: UUID
    is_right: bool


@dataclass(frozen=True, slots=True)
class RankedPair:
    """Where a model ranks the found report of a pair, from 1; None if it's not among the first 100."""

    is_right: bool
    rank: int | None
    probability: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Shares of the confirmed pairs. `above` is how often a confirmed pair is more probable than a rejected one."""

    confirmed: int
    rejected: int
    first: float
    among_five: float
    among_ten: float
    above: float | None


def rank_pairs(
    pairs: Sequence[DecidedPair], lost: Sequence[EmbeddedReport], found: Sequence[EmbeddedReport], model: ScoringModel
) -> list[RankedPair]:
    """Search for each lost report among the found ones, and look where the pairs are."""
    features = lru_cache(maxsize=None)(extract)
    ranked = {
        search.query.report: {
            candidate.report: (rank, candidate)
            for rank, candidate in enumerate(score(search, model, features, limit=_MAX_RANKED, with_reasons=False), 1)
        }
        for search in compare(lost, found)
    }
    return [_ranked(pair, ranked.get(pair.lost, {}).get(pair.found)) for pair in pairs]


def _ranked(pair: DecidedPair, found: tuple[int, ScoredCandidate] | None) -> RankedPair:
    if found is None:
        return RankedPair(pair.is_right, None, 0.0)
    rank, candidate = found
    return RankedPair(pair.is_right, rank, candidate.probability)


def summary(ranked: Sequence[RankedPair]) -> Ranking:
    """Sum up the pairs of all communities."""
    confirmed, rejected = ([pair for pair in ranked if pair.is_right is wanted] for wanted in (True, False))
    first, five, ten = (_share(confirmed, limit) for limit in (1, 5, 10))
    return Ranking(len(confirmed), len(rejected), first, five, ten, _above(confirmed, rejected))


def _share(confirmed: Sequence[RankedPair], limit: int) -> float:
    return sum(pair.rank is not None and pair.rank <= limit for pair in confirmed) / max(len(confirmed), 1)


def _above(confirmed: Sequence[RankedPair], rejected: Sequence[RankedPair]) -> float | None:
    """Return the area under the ROC curve; a tie counts half."""
    if not confirmed or not rejected:
        return None
    wins = sum(
        (right.probability > wrong.probability) + (right.probability == wrong.probability) / 2
        for right in confirmed
        for wrong in rejected
    )
    return wins / (len(confirmed) * len(rejected))
