"""The figures of an evaluation: recall, precision of the labels, and calibration error, from predictions."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reunite.entities import Label
from reunite.tuning.binomial_bounds import bounds
from reunite.tuning.predictions import Prediction

ABSENT: Final = 0.5
_RESAMPLES: Final = 1000
_BINS: Final = 10
_SIMULATIONS: Final = 400
_MIN_PROBABILITY: Final = 1e-9

RECALLS: Final = (1, 5, 10)
HIGH_PROMISE: Final = 0.95
"""The precision promised by "High confidence"."""

HIGH_RIGHT: Final = "High confidence is right"
LIST_HOLDS: Final = "Possible list holds the thing"
RIGHT_HIGH: Final = "right thing labelled High"
RIGHT_LABELLED: Final = "right thing labelled at all"
LIST_GIVEN: Final = "there, and a Possible list given"
FALSE_LABEL: Final = "not there, yet labelled"
NEAR_SHOWN: Final = "right thing in the top five, and shown"
RIGHT_SHOWN: Final = "right thing shown"
_TOP: Final = 5
_NAMES: Final = (
    *(f"recall @{k}" for k in RECALLS),
    HIGH_RIGHT,
    LIST_HOLDS,
    RIGHT_HIGH,
    RIGHT_LABELLED,
    LIST_GIVEN,
    FALSE_LABEL,
    NEAR_SHOWN,
    RIGHT_SHOWN,
)


@dataclass(frozen=True, slots=True)
class Proportion:
    """A proportion with its 95% interval, by bootstrap over things; None if there was nothing to count."""

    cases: int
    share: float | None
    low: float | None = None
    high: float | None = None
    at_least: float | None = None
    """With 95% certainty, by exact binomial bounds with things as trials."""
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class CalibrationFigures:
    """How well the first candidates' probabilities are calibrated, averaged over draws."""

    error: float
    """Expected calibration error over ten bins of equal count."""
    ideal: float
    """The 95th percentile of a perfectly calibrated model's error."""
    within: float
    """Share of draws whose error is within their ideal."""
    log_loss: float
    base_log_loss: float
    """The log loss of a model that predicts the base rate."""


def proportions(draws: Sequence[Sequence[Prediction]]) -> dict[str, Proportion]:
    """Return recall@k and the precision and coverage of the labels, over all draws together."""
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
        result[name] = _proportion(hits, cases, drawn)
    return result


def _proportion(hits: NDArray[np.float64], cases: NDArray[np.float64], drawn: NDArray[np.int64] | None) -> Proportion:
    """Return the proportion of hits by thing, with its interval from bootstrap draws of the things."""
    if drawn is None or not cases.sum():
        return Proportion(0, None)
    totals = drawn @ cases
    low, high = np.quantile((drawn @ hits)[totals > 0] / totals[totals > 0], [0.025, 0.975])
    share = float(hits.sum() / cases.sum())
    return Proportion(int(cases.sum()), share, float(low), float(high), *bounds(hits, cases))


def _counted(prediction: Prediction) -> Iterator[tuple[str, bool]]:
    """Yield each proportion that a prediction counts in, and whether it is a hit."""
    labelled = [right for right, label in zip(prediction.right, prediction.labels, strict=True) if label]
    high = [right for right, label in zip(prediction.right, prediction.labels, strict=True) if label is Label.HIGH]
    if high:
        yield HIGH_RIGHT, high[0]
    elif labelled:
        yield LIST_HOLDS, any(labelled)
    if prediction.has_answer:
        for k in RECALLS:
            yield f"recall @{k}", any(prediction.right[:k])
        yield RIGHT_HIGH, any(high)
        yield RIGHT_LABELLED, any(labelled)
        yield LIST_GIVEN, bool(labelled and not high)
        shown = any(right for right, is_shown in zip(prediction.right, prediction.shown, strict=True) if is_shown)
        yield RIGHT_SHOWN, shown
        if any(prediction.right[:_TOP]):
            yield NEAR_SHOWN, shown
    else:
        yield FALSE_LABEL, bool(labelled)


def calibration_figures(draws: Sequence[Sequence[Prediction]]) -> CalibrationFigures:
    """Measure the calibration of the first candidates' probabilities in each draw, and average."""
    figures = np.array([_calibration(draw) for draw in draws])
    error, ideal, log_loss, base = figures.mean(axis=0).tolist()
    return CalibrationFigures(error, ideal, float((figures[:, 0] <= figures[:, 1]).mean()), log_loss, base)


def _calibration(draw: Sequence[Prediction]) -> tuple[float, float, float, float]:
    probabilities, right = np.array([prediction.first for prediction in draw], np.float64).T
    rng = np.random.default_rng(0)
    simulated = [_calibration_error(probabilities, rng.random(len(right)) < probabilities) for _ in range(_SIMULATIONS)]
    base_rate = np.full(len(right), right.mean())
    return (
        _calibration_error(probabilities, right),
        float(np.quantile(simulated, 0.95)),
        _log_loss(probabilities, right),
        _log_loss(base_rate, right),
    )


def _calibration_error(probabilities: NDArray[np.float64], right: NDArray[np.generic]) -> float:
    """Return the expected calibration error over bins of equal count."""
    order = np.lexsort((right, probabilities))
    probabilities, right = probabilities[order], right[order]
    errors = [abs(float(probabilities[part].sum() - right[part].sum())) for part in _bins(len(right))]
    return sum(errors) / len(right)


def _bins(count: int) -> Iterator[slice]:
    """Yield ten bins of equal count, without those that would be empty."""
    edges = [count * part // _BINS for part in range(_BINS + 1)]
    return (slice(start, end) for start, end in itertools.pairwise(edges) if end > start)


def _log_loss(probabilities: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    of_truth = np.where(right > 0, probabilities, 1 - probabilities)
    return float(-np.log(np.maximum(of_truth, _MIN_PROBABILITY)).mean())


def reliability(draws: Sequence[Sequence[Prediction]]) -> list[tuple[float, float, int]]:
    """Return mean probability, share right and count of the first candidates, in bins of equal count."""
    firsts = sorted(prediction.first for draw in draws for prediction in draw)
    parts = [firsts[part] for part in _bins(len(firsts))]
    return [(sum(p for p, _ in part) / len(part), sum(r for _, r in part) / len(part), len(part)) for part in parts]


def precision_recall(draws: Sequence[Sequence[Prediction]]) -> list[tuple[float, float, float]]:
    """Return probability limit, precision and recall of the first candidate, from the highest limit down."""
    predictions = [prediction for draw in draws for prediction in draw]
    with_answer = sum(prediction.has_answer for prediction in predictions)
    curve, hits = [], 0
    for count, (probability, right) in enumerate(sorted((p.first for p in predictions), reverse=True), start=1):
        hits += right
        curve.append((probability, hits / count, hits / with_answer if with_answer else 0.0))
    return curve
