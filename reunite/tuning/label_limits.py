"""Chooses the labels' limits: the lowest that keep the labels' promises on searches scored out of fold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from reunite.entities import Label
from reunite.matching.scoring import MAX_LABELS, assign_labels
from reunite.matching.weights import Limits, ScoringModel
from reunite.tuning.cases import Cases
from reunite.tuning.out_of_fold import OutOfFoldScores

_HIGH_PRECISION, _POSSIBLE_PRECISION, _MAX_FALSE_LABELS = 0.97, 0.55, 0.05
"""The labels' promises with a margin: 0.95, 0.5, and a label on at most one in ten searches without an answer."""
_PRIOR_WEIGHT, _HIGH_PRIOR, _POSSIBLE_PRIOR = 4.0, 0.95, 0.45
"""Regularisation of a measured precision: this many more labels, with these shares right."""
_HIGH_LIMITS: Final = (0.97, 0.98, 0.985, 0.99, 0.993, 0.995, 0.997, 0.998, 0.999)
_POSSIBLE_LIMITS: Final = tuple(percent / 100 for percent in range(50, 96, 5))
"""Never lower than the promises with their margin: a set may contain no lookalikes at all."""
NEVER: Final = 2.0
"""A limit that no probability reaches."""


@dataclass(frozen=True, slots=True)
class _Labelling:
    """What would be labelled in one search: its total probability, and whether it is right."""

    probability: float
    right: bool
    has_answer: bool
    weight: float


def with_limits(model: ScoringModel, scores: OutOfFoldScores, cases: Cases) -> ScoringModel:
    """Set the lowest limits that keep the labels' promises, each with and without a photo to compare."""
    high = _labellings(scores, cases, Label.HIGH, Limits(high=0.0, possible=NEVER))
    possible = _labellings(scores, cases, Label.POSSIBLE, Limits(high=NEVER, possible=0.0))
    text_limits, photo_limits = (
        Limits(
            high=next((limit for limit in _HIGH_LIMITS if _keeps_high(high[photos], limit)), NEVER),
            possible=next((limit for limit in _POSSIBLE_LIMITS if _keeps_possible(possible[photos], limit)), NEVER),
        )
        for photos in (False, True)
    )
    return replace(model, text_limits=text_limits, photo_limits=photo_limits, calibrated=True)


def _labellings(scores: OutOfFoldScores, cases: Cases, label: Label, limits: Limits) -> dict[bool, list[_Labelling]]:
    """Label each search under limits that always give a label; group by whether photos were compared."""
    groups: dict[bool, list[_Labelling]] = {False: [], True: []}
    photos_compared = cases.photos_compared
    for first, count, weight in zip(cases.first, cases.counts, cases.weights.tolist(), strict=True):
        rows = slice(first, first + count)
        best = np.argsort(-scores.probabilities[rows], kind="stable")[:MAX_LABELS]
        probabilities, right = scores.probabilities[rows][best].tolist(), cases.right[rows][best].tolist()
        labels = assign_labels(probabilities, scores.core_log_odds[rows][best].tolist(), limits)
        labelled = [position for position, given in enumerate(labels) if given is label]
        labelling = _Labelling(
            sum(probabilities[position] for position in labelled),
            any(right[position] for position in labelled),
            bool(cases.right[rows].any()),
            weight,
        )
        groups[bool(photos_compared[rows][best[0]])].append(labelling)
    return groups


def _keeps_high(group: Sequence[_Labelling], limit: float) -> bool:
    return _precision(group, limit, _HIGH_PRIOR) >= _HIGH_PRECISION


def _keeps_possible(group: Sequence[_Labelling], limit: float) -> bool:
    unanswerable = [labelling for labelling in group if not labelling.has_answer]
    labelled = sum(labelling.weight for labelling in unanswerable if labelling.probability >= limit)
    false_labels = labelled / (sum(labelling.weight for labelling in unanswerable) or 1.0)
    return _precision(group, limit, _POSSIBLE_PRIOR) >= _POSSIBLE_PRECISION and false_labels <= _MAX_FALSE_LABELS


def _precision(group: Sequence[_Labelling], limit: float, prior: float) -> float:
    """Return the regularised share of labels that would be right."""
    labelled = [labelling for labelling in group if labelling.probability >= limit]
    right = sum(labelling.weight for labelling in labelled if labelling.right)
    return (right + prior * _PRIOR_WEIGHT) / (sum(labelling.weight for labelling in labelled) + _PRIOR_WEIGHT)
