"""Chooses the labels' limits: the lowest that keep the labels' promises on searches scored out of fold."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from reunite.entities import Label
from reunite.matching.evidence import PairKind
from reunite.matching.scoring import MAX_LABELS, assign_labels
from reunite.matching.weights import EVIDENCE, FEW, Limits, ScoringModel
from reunite.tuning.cases import Cases, Flags, Numbers
from reunite.tuning.out_of_fold import OutOfFoldScores

_HIGH_PRECISION, _POSSIBLE_PRECISION, _MAX_FALSE_LABELS = 0.96, 0.55, 0.05
"""The labels' promises with a margin, over all searches of a kind: in English words, in others, and with photos."""
_HIGH_PROMISE, _POSSIBLE_PROMISE, _FALSE_PROMISE = 0.95, 0.5, 0.08
"""The promises themselves, which hold in every condition: for few and for many open reports, with and without captions,
in English and in other languages."""
_PRIOR_WEIGHT, _HIGH_PRIOR, _POSSIBLE_PRIOR, _FALSE_PRIOR = 8.0, 0.96, 0.45, 0.05
"""Regularisation of a measured share: this many more labels, with these shares right, and as many more searches without
an answer, with this share labelled."""
_HIGH_LIMITS: Final = (0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.993, 0.995, 0.997, 0.998, 0.999)
_POSSIBLE_LIMITS: Final = tuple(percent / 100 for percent in range(50, 97, 2))
_LEAST_FOR_WORDS, _LEAST_FOR_PHOTOS = Limits(high=0.95, possible=0.5), Limits(high=0.97, possible=0.7)
_LEAST_FOR_TRANSLATED: Final = Limits(high=0.95, possible=0.7)
"""The lowest limits: the promises themselves, and more for photos, because a set may contain no lookalikes at all, and
for words that were translated, because what was lost may have told two things apart."""
_MIN_THINGS: Final = 10
"""With searches for fewer things in English or in other languages, the limits are those of all words."""
NEVER: Final = 2.0
"""A limit that no probability reaches."""
_CAPTIONED: Final = 0.6
"""Share of the candidates with words from which a search counts as one among captions."""


@dataclass(frozen=True, slots=True)
class _Labellings:
    """What would be labelled in each search: the total probability, and whether it is right."""

    probability: Numbers
    right: Flags
    has_answer: Flags
    weight: Numbers

    def of(self, chosen: Flags) -> "_Labellings":
        return _Labellings(self.probability[chosen], self.right[chosen], self.has_answer[chosen], self.weight[chosen])

    def precision(self, limit: float, prior: float) -> float:
        """Return the regularised share of labels that would be right."""
        labelled = self.probability >= limit
        right = self.weight[labelled & self.right].sum()
        return float((right + prior * _PRIOR_WEIGHT) / (self.weight[labelled].sum() + _PRIOR_WEIGHT))

    def false_labels(self, limit: float) -> float:
        """Return the regularised share of searches without an answer that would be labelled."""
        unanswerable = self.weight[~self.has_answer]
        labelled = unanswerable[self.probability[~self.has_answer] >= limit].sum()
        return float((labelled + _FALSE_PRIOR * _PRIOR_WEIGHT) / (unanswerable.sum() + _PRIOR_WEIGHT))


def with_limits(model: ScoringModel, scores: OutOfFoldScores, cases: Cases) -> ScoringModel:
    """Set the lowest limits that keep the labels' promises in every condition, for each kind of search."""
    high = _labellings(scores, cases, Label.HIGH, Limits(high=0.0, possible=NEVER))
    possible = _labellings(scores, cases, Label.POSSIBLE, Limits(high=NEVER, possible=0.0))
    photos = np.logical_or.reduceat(cases.photos_compared, cases.first)
    conditions = _conditions(cases)
    few = cases.open_counts <= FEW

    def limits(group: Flags, least: Limits) -> Limits:
        return Limits(
            high=_lowest(_HIGH_LIMITS, least.high, lambda it: _keeps_high(high, it, group, conditions)),
            possible=lowest_possible(group, ~few, least),
            possible_of_few=lowest_possible(group, few, least),
        )

    def lowest_possible(group: Flags, size: Flags, least: Limits) -> float:
        chosen = group & size if (group & size).any() else group
        return _lowest(_POSSIBLE_LIMITS, least.possible, lambda it: _keeps_possible(possible, it, chosen, conditions))

    return replace(
        model,
        text_limits=limits(_of_language(~photos, ~cases.translated, cases), _LEAST_FOR_WORDS),
        translated_limits=limits(_of_language(~photos, cases.translated, cases), _LEAST_FOR_TRANSLATED),
        photo_limits=limits(photos, _LEAST_FOR_PHOTOS),
        calibrated=True,
    )


def _lowest(limits: Sequence[float], least: float, keeps: Callable[[float], bool]) -> float:
    return next((limit for limit in limits if limit >= least and keeps(limit)), NEVER)


def _of_language(by_words: Flags, language: Flags, cases: Cases) -> Flags:
    """Return the searches by words in a language, or all by words if too few are in it."""
    chosen: Flags = by_words & language
    things = {thing for thing, is_chosen in zip(cases.things, chosen, strict=True) if is_chosen}
    return chosen if len(things) >= _MIN_THINGS else by_words


def _conditions(cases: Cases) -> Mapping[str, Flags]:
    """Return the searches in each condition that a community may be in for good."""
    words = np.add.reduceat(_known(cases, PairKind.TEXT_TEXT, PairKind.PHOTO_TEXT), cases.first) / cases.counts
    asks_by_words = np.logical_or.reduceat(_known(cases, PairKind.TEXT_TEXT, PairKind.TEXT_PHOTO), cases.first)
    few = cases.open_counts <= FEW
    return {
        "few open": few,
        "many open": ~few,
        "captions": words >= _CAPTIONED,
        "few captions": words < _CAPTIONED,
        "by words": asks_by_words,
        "by a photo alone": ~asks_by_words,
        "English": asks_by_words & ~cases.translated,
        "other languages": asks_by_words & cases.translated,
    }


def _known(cases: Cases, *kinds: PairKind) -> Flags:
    unknown: Flags = np.isnan(cases.evidence[:, [EVIDENCE.index(kind) for kind in kinds]])
    return np.logical_not(unknown.all(axis=1))


def _labellings(scores: OutOfFoldScores, cases: Cases, label: Label, limits: Limits) -> _Labellings:
    """Label each search under limits that always give a label."""
    rows = [*_labelled(scores, cases, label, limits)]
    probability, right, has_answer = np.array(rows, np.float64).reshape(-1, 3).T
    return _Labellings(probability, right > 0, has_answer > 0, cases.weights / cases.weights.mean())


def _labelled(
    scores: OutOfFoldScores, cases: Cases, label: Label, limits: Limits
) -> Iterator[tuple[float, bool, bool]]:
    for first, count in zip(cases.first, cases.counts, strict=True):
        rows = slice(first, first + count)
        best = np.argsort(-scores.probabilities[rows], kind="stable")[:MAX_LABELS]
        probabilities, right = scores.probabilities[rows][best].tolist(), cases.right[rows][best].tolist()
        labels = assign_labels(probabilities, scores.core_log_odds[rows][best].tolist(), limits)
        labelled = [position for position, given in enumerate(labels) if given is label]
        yield (
            sum(probabilities[position] for position in labelled),
            any(right[position] for position in labelled),
            bool(cases.right[rows].any()),
        )


def _keeps_high(high: _Labellings, limit: float, group: Flags, conditions: Mapping[str, Flags]) -> bool:
    parts = [high.of(group & condition).precision(limit, _HIGH_PRIOR) for condition in conditions.values()]
    return high.of(group).precision(limit, _HIGH_PRIOR) >= _HIGH_PRECISION and min(parts) >= _HIGH_PROMISE


def _keeps_possible(possible: _Labellings, limit: float, group: Flags, conditions: Mapping[str, Flags]) -> bool:
    whole, parts = possible.of(group), [possible.of(group & condition) for condition in conditions.values()]
    return (
        whole.precision(limit, _POSSIBLE_PRIOR) >= _POSSIBLE_PRECISION
        and whole.false_labels(limit) <= _MAX_FALSE_LABELS
        and all(
            part.precision(limit, _POSSIBLE_PRIOR) >= _POSSIBLE_PROMISE and part.false_labels(limit) <= _FALSE_PROMISE
            for part in parts
            if (part.probability >= limit).any()
        )
    )
