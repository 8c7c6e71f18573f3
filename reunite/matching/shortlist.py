"""Chooses the candidates that the first reply shows: those with a label, and the closest of the others."""

from collections.abc import Mapping, Sequence
from typing import Final

from reunite.matching.evidence import PairKind
from reunite.matching.scoring import ScoredCandidate
from reunite.matching.weights import RARE_WORDS, SHARED_WORDS
from reunite.rules import MAX_TILES

_NEAR: Final = 0.0
"""Standard deviations above the background: a candidate that is less alike than the average isn't near."""

_FEW: Final = 3
"""Up to this many are always shown: someone looking for a thing sees at once that it isn't one of these."""


def shortlist(ranked: Sequence[ScoredCandidate], limit: int = MAX_TILES) -> tuple[ScoredCandidate, ...]:
    """Choose up to `limit` candidates of those ranked best first: labelled ones, then the nearest of the others.

    Empty only where none of many is near in any way. A label decides who is notified, never whether the owner may look.
    """
    labelled = [scored for scored in ranked if scored.label][:limit]
    are_few = len(ranked) <= _FEW
    others = [scored for scored in ranked if not scored.label and (are_few or is_near(scored.evidence))]
    return (*labelled, *others[: limit - len(labelled)])


def is_near(evidence: Mapping[str, float]) -> bool:
    """Whether two reports look or sound alike, or share words; place, time and colour alone make nothing near."""
    alike = max((evidence[kind] for kind in PairKind if kind in evidence), default=0.0)
    return alike >= _NEAR or evidence.get(RARE_WORDS, 0.0) > 0 or evidence.get(SHARED_WORDS, 0.0) > 0
