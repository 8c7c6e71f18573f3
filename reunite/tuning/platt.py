"""Platt scaling: scales and shifts a model's log odds to fit moderators' verdicts.

Only matches that were shown get verdicts, so these can't tell what each piece of evidence is worth. They tell whether
the probabilities were too high or too low overall.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp
from typing import Final

import numpy as np

from reunite.matching.scoring import total_log_odds
from reunite.matching.weights import ScoringModel, Term
from reunite.tuning.calibration import FitResult, TooLittleDataError
from reunite.tuning.cases import Numbers

MIN_VERDICTS, MIN_OF_EACH = 30, 8
"""With fewer, a few more verdicts could reverse the result."""
_SCALE_SPREAD, _SHIFT_SPREAD = 0.3, 1.5
"""Prior standard deviations of the log scale and the shift; their means are 0."""
_STEPS: Final = 30
_MIN_PROBABILITY: Final = 1e-4


@dataclass(frozen=True, slots=True)
class DecidedPair:
    """A match with a verdict: its evidence, the probability that was shown, and whether it was right."""

    evidence: Mapping[str, float]
    probability: float
    right: bool


def from_verdicts(pairs: Sequence[DecidedPair], model: ScoringModel) -> FitResult:
    """Scale and shift a model's log odds to fit verdicts; label limits are kept. Raises TooLittleDataError."""
    _check_enough(pairs)
    log_odds = np.array([total_log_odds(pair.evidence, model) for pair in pairs])
    shown = np.clip([pair.probability for pair in pairs], _MIN_PROBABILITY, 1 - _MIN_PROBABILITY)
    rivals = log_odds - np.log(shown / (1 - shown))
    right = np.array([pair.right for pair in pairs], np.float64)
    fitted = _fit(log_odds, rivals, right)
    scale, shift = exp(float(fitted[0])), float(fitted[1])
    terms = {name: _scaled(term, scale) for name, term in model.terms.items()}
    return FitResult(
        scoring_model=replace(model, terms=terms, none_log_odds=model.none_log_odds - shift, calibrated=True),
        searches=len(pairs),
        things=sum(pair.right for pair in pairs),
        log_loss=_log_loss(_probabilities(log_odds, rivals, fitted), right),
        log_loss_before=_log_loss(shown, right),
    )


def _check_enough(pairs: Sequence[DecidedPair]) -> None:
    confirmed = sum(pair.right for pair in pairs)
    if len(pairs) < MIN_VERDICTS or min(confirmed, len(pairs) - confirmed) < MIN_OF_EACH:
        raise TooLittleDataError(
            f"There are {confirmed} confirmed and {len(pairs) - confirmed} rejected matches: too few to learn from."
            f" You need {MIN_VERDICTS}, with at least {MIN_OF_EACH} of each."
        )


def _fit(log_odds: Numbers, rivals: Numbers, right: Numbers) -> Numbers:
    """Return the log scale and the shift with the highest posterior probability, by Newton's method."""
    precision = np.array([_SCALE_SPREAD, _SHIFT_SPREAD]) ** -2.0
    parameters = np.zeros(2)
    for _ in range(_STEPS):
        probabilities = _probabilities(log_odds, rivals, parameters)
        slopes = np.column_stack([exp(parameters[0]) * log_odds, np.ones_like(log_odds)])
        curvature = slopes.T @ ((probabilities * (1 - probabilities))[:, None] * slopes) + np.diag(precision)
        gradient = slopes.T @ (right - probabilities) - precision * parameters
        parameters = parameters + np.clip(np.linalg.solve(curvature, gradient), -1, 1)
    return parameters


def _probabilities(log_odds: Numbers, rivals: Numbers, parameters: Numbers) -> Numbers:
    probabilities: Numbers = 1 / (1 + np.exp(rivals - exp(float(parameters[0])) * log_odds - parameters[1]))
    return probabilities


def _log_loss(probabilities: Numbers, right: Numbers) -> float:
    return float(-np.log(np.where(right > 0, probabilities, 1 - probabilities)).mean())


def _scaled(term: Term, scale: float) -> Term:
    return replace(term, gain=term.gain * scale, floor=term.floor * scale, cap=term.cap * scale)
