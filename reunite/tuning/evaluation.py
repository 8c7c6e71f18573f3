"""How good scored are on a labelled set, each thing scored by a model that knows nothing of it."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from reunite.entities import Label
from reunite.matching.evidence import Item
from reunite.matching.reading import Reading
from reunite.matching.reading import read as read_item
from reunite.matching.scoring import score
from reunite.matching.weights import ScoringModel
from reunite.tuning.calibration import calibrate
from reunite.tuning.labelled_set import LabelledSearch, LabelledSet, folds, narrowed, taken_out

ABSENT: Final = 0.5
_RESAMPLES: Final = 1000
_IDEALS: Final = 400
_LEAST_PROBABILITY: Final = 1e-9

RECALLS: Final = (1, 5, 10)
HIGH_PROMISE: Final = 0.95
"""How often High confidence is right."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a search was answered, best first, and what of it was right."""

    query: UUID
    thing: UUID
    there: bool
    """Whether there was anything to be found."""
    posts: tuple[UUID, ...]
    probabilities: tuple[float, ...]
    labels: tuple[Label | None, ...]
    right: tuple[bool, ...]

    @property
    def first(self) -> tuple[float, bool]:
        """The first's probability and whether it is right; 0 and False where nothing was found."""
        return (self.probabilities[0], self.right[0]) if self.posts else (0.0, False)


def predicted(each: LabelledSearch, model: ScoringModel, read: Callable[[Item], Reading] = read_item) -> Prediction:
    """Score a search."""
    scored = score(each.search, model, read)
    return Prediction(
        query=each.search.query.report,
        thing=each.thing,
        there=bool(each.answers),
        posts=tuple(scored.report for scored in scored),
        probabilities=tuple(scored.probability for scored in scored),
        labels=tuple(scored.label for scored in scored),
        right=tuple(scored.report in each.answers for scored in scored),
    )


class OutOfFoldScorers:
    """One model a fold, fitted to a set without that fold's things: lost and found reports of them are not there."""

    def __init__(
        self, labelled: LabelledSet, prior: ScoringModel, count: int, progress: Callable[[int], None] = lambda _: None
    ) -> None:
        """Fit `count` models; `progress` is told after each. Raises TooLittleDataError."""
        self._labelled = labelled
        self._fold_of = folds(labelled, count)
        self._read = lru_cache(maxsize=None)(read_item)
        self._models = []
        for fold in range(count):
            others = {thing for thing, own in self._fold_of.items() if own != fold}
            self._models.append(calibrate(labelled.of(others), prior).model)
            progress(fold + 1)

    def predict(self, *, absent: float, size: int | None, seed: int) -> list[Prediction]:
        """GiveVerdict every lost report's search, with a share of the things taken out of the finds."""
        there = taken_out(self._labelled, absent=absent, size=size, seed=seed)
        return [
            predicted(narrowed(each, there), self._models[self._fold_of[each.thing]], self._read)
            for each in self._labelled.lost
        ]


# Figures ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95% interval, by bootstrap over things; None where there was nothing to count."""

    cases: int
    share: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far the first's probabilities are from what happened, each the mean over draws."""

    error: float
    """Mean distance of forecast and outcome over ten bins of equal count."""
    ideal: float
    """Below this is a perfectly calibrated forecaster's error, 95% of the time."""
    within: float
    """Share of draws whose error is not above their ideal."""
    log_loss: float
    base_log_loss: float
    """Of a forecaster who knows only how often the first is right."""


def shares(draws: Sequence[Sequence[Prediction]]) -> dict[str, Share]:
    """Return the shares by which labels and ranks are measured, over all draws together."""
    predictions = [prediction for draw in draws for prediction in draw]
    counted = [dict(_counted(prediction)) for prediction in predictions]
    things = sorted({prediction.thing for prediction in predictions})
    row = {thing: position for position, thing in enumerate(things)}
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(len(things), np.full(len(things), 1 / len(things)), _RESAMPLES) if things else None
    result = {}
    for name in _NAMES:
        hits, cases = np.zeros(len(things)), np.zeros(len(things))
        for prediction, flags in zip(predictions, counted, strict=True):
            if name in flags:
                hits[row[prediction.thing]] += flags[name]
                cases[row[prediction.thing]] += 1
        if drawn is None or not cases.sum():
            result[name] = Share(0, None)
            continue
        totals = drawn @ cases
        low, high = np.quantile((drawn @ hits)[totals > 0] / totals[totals > 0], [0.025, 0.975])
        result[name] = Share(int(cases.sum()), float(hits.sum() / cases.sum()), float(low), float(high))
    return result


HIGH_RIGHT: Final = "High confidence is right"
LIST_HOLDS: Final = "Possible list holds the thing"
RIGHT_HIGH: Final = "right thing labelled High"
RIGHT_LABELLED: Final = "right thing labelled at all"
LIST_GIVEN: Final = "there, and a Possible list given"
FALSE_LABEL: Final = "not there, yet labelled"
_NAMES: Final = (
    *(f"recall @{most}" for most in RECALLS),
    HIGH_RIGHT,
    LIST_HOLDS,
    RIGHT_HIGH,
    RIGHT_LABELLED,
    LIST_GIVEN,
    FALSE_LABEL,
)


def _counted(prediction: Prediction) -> Iterator[tuple[str, bool]]:
    """Yield each share that a prediction counts in, and whether it is a hit."""
    labelled = [right for right, label in zip(prediction.right, prediction.labels, strict=True) if label]
    high = [right for right, label in zip(prediction.right, prediction.labels, strict=True) if label is Label.HIGH]
    if high:
        yield HIGH_RIGHT, high[0]
    elif labelled:
        yield LIST_HOLDS, any(labelled)
    if prediction.there:
        for most in RECALLS:
            yield f"recall @{most}", any(prediction.right[:most])
        yield RIGHT_HIGH, any(high)
        yield RIGHT_LABELLED, any(labelled)
        yield LIST_GIVEN, bool(labelled and not high)
    else:
        yield FALSE_LABEL, bool(labelled)


def calibration(draws: Sequence[Sequence[Prediction]]) -> Calibration:
    """Measure the first's probabilities in each draw, and average."""
    each = np.array([_calibration(draw) for draw in draws])
    error, ideal, log_loss, base = each.mean(axis=0).tolist()
    return Calibration(error, ideal, float((each[:, 0] <= each[:, 1]).mean()), log_loss, base)


def _calibration(draw: Sequence[Prediction]) -> tuple[float, float, float, float]:
    probabilities, right = np.array([prediction.first for prediction in draw], np.float64).T
    rng = np.random.default_rng(0)
    ideals = [_error(probabilities, rng.random(len(right)) < probabilities) for _ in range(_IDEALS)]
    base = np.full(len(right), right.mean())
    return (
        _error(probabilities, right),
        float(np.quantile(ideals, 0.95)),
        _log_loss(probabilities, right),
        _log_loss(base, right),
    )


def _error(probabilities: NDArray[np.float64], right: NDArray[np.generic]) -> float:
    """Mean distance of forecasts from outcomes over ten bins of equal count."""
    order = np.lexsort((right, probabilities))
    probabilities, right = probabilities[order], right[order]
    edges = [len(right) * part // 10 for part in range(11)]
    off = [abs(float(probabilities[i:j].sum() - right[i:j].sum())) for i, j in itertools.pairwise(edges)]
    return sum(off) / len(right)


def _log_loss(probabilities: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    of_truth = np.where(right > 0, probabilities, 1 - probabilities)
    return float(-np.log(np.maximum(of_truth, _LEAST_PROBABILITY)).mean())


def reliability(draws: Sequence[Sequence[Prediction]], bins: int = 10) -> list[tuple[float, float, int]]:
    """Return mean forecast, share right and count, in bins of equal count of the first's probability."""
    firsts = sorted(prediction.first for draw in draws for prediction in draw)
    edges = [len(firsts) * part // bins for part in range(bins + 1)]
    parts = [firsts[i:j] for i, j in itertools.pairwise(edges) if j > i]
    return [(sum(p for p, _ in part) / len(part), sum(r for _, r in part) / len(part), len(part)) for part in parts]


def precision_recall(draws: Sequence[Sequence[Prediction]]) -> list[tuple[float, float, float]]:
    """Return limit, precision and recall of the first, for each limit of its probability from high to low."""
    predictions = [prediction for draw in draws for prediction in draw]
    there = sum(prediction.there for prediction in predictions)
    curve, hits = [], 0
    for count, (probability, right) in enumerate(sorted((p.first for p in predictions), reverse=True), start=1):
        hits += right
        curve.append((probability, hits / count, hits / there if there else 0.0))
    return curve
