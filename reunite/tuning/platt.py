"""Platt scaling: scales and shifts a model's log odds to fit what people say about its matches.

Only matches that were shown get answers, so these can't tell what each piece of evidence is worth. They tell whether
the probabilities were too high or too low overall.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from reunite.matching.scoring import total_log_odds
from reunite.matching.weights import ScoringModel, Term
from reunite.tuning.calibration import FitResult, TooLittleDataError
from reunite.tuning.cases import Flags, Numbers

MIN_ANSWERS, MIN_OF_EACH = 20, 5
"""With fewer, a few more answers could reverse the result."""
_SCALE_SPREAD, _SHIFT_SPREAD = 0.3, 1.5
"""Prior standard deviations of the log scale and the shift; their means are 0, the model as it is."""
_KEPT: Final = 0.5
"""How much of what was learned before still counts, next to new answers: communities change."""
_STEPS: Final = 30
_FOLDS: Final = 5
_MIN_PROBABILITY: Final = 1e-4

_PRIOR_PRECISION: Final[Numbers] = np.diag(np.array([_SCALE_SPREAD, _SHIFT_SPREAD]) ** -2.0)


@dataclass(frozen=True, slots=True)
class Feedback:
    """A match about which people said something: its evidence, the stated probability, and whether it was right."""

    evidence: Mapping[str, float]
    probability: float
    right: bool
    weight: float = 1.0
    """Less for what isn't certain: an owner who picks a report may only want to see it."""
    lost: UUID | None = None
    """The lost report: its matches are judged together."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What a community has learned: the log scale and the shift of a base model's log odds, and their precision."""

    log_scale: float = 0.0
    shift: float = 0.0
    precision: Numbers = field(default_factory=lambda: _PRIOR_PRECISION)

    @property
    def parameters(self) -> Numbers:
        return np.array([self.log_scale, self.shift])

    def applied_to(self, base: ScoringModel) -> ScoringModel:
        """Return the base model with scaled and shifted log odds; its label limits are kept."""
        terms = {name: _scaled(term, exp(self.log_scale)) for name, term in base.terms.items()}
        return replace(base, terms=terms, none_log_odds=base.none_log_odds - self.shift, calibrated=True)

    def to_json(self) -> dict[str, Any]:
        return {"log_scale": self.log_scale, "shift": self.shift, "precision": self.precision.tolist()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Learned":
        return cls(data["log_scale"], data["shift"], np.array(data["precision"], np.float64))


@dataclass(frozen=True, slots=True)
class _Answers:
    """Answers as arrays. `rivals` are the log odds of everything else in the search of each pair."""

    log_odds: Numbers
    rivals: Numbers
    right: Numbers
    weights: Numbers

    def of(self, chosen: Flags) -> "_Answers":
        return _Answers(self.log_odds[chosen], self.rivals[chosen], self.right[chosen], self.weights[chosen])

    def losses(self, parameters: Numbers) -> Numbers:
        """Return the log loss of each answer."""
        probabilities = np.clip(self.probabilities(parameters), _MIN_PROBABILITY, 1 - _MIN_PROBABILITY)
        losses: Numbers = -np.log(np.where(self.right > 0, probabilities, 1 - probabilities))
        return losses

    def probabilities(self, parameters: Numbers) -> Numbers:
        log_odds = np.clip(exp(float(parameters[0])) * self.log_odds + parameters[1] - self.rivals, -50, 50)
        probabilities: Numbers = 1 / (1 + np.exp(-log_odds))
        return probabilities


def from_feedback(
    pairs: Sequence[Feedback], base: ScoringModel, before: Learned | None = None
) -> tuple[FitResult, Learned]:
    """Scale and shift a model's log odds to fit answers about matches that were scored by it, as learned `before`.

    The result is shrunk towards the base model, and keeps some of what was learned before. Raises TooLittleDataError if
    there are too few answers, or if the current model does as well out of fold.
    """
    _check_enough(pairs)
    before = before or Learned()
    answers, prior = _answers(pairs, base, before), _discounted(before)
    now = _average(answers.losses(before.parameters), answers)
    out_of_fold = _average(_out_of_fold_losses(answers, prior, _folds(pairs)), answers)
    if out_of_fold >= now:
        raise TooLittleDataError(f"{len(pairs)} answers say nothing new: the current weights do as well.")
    learned = _fit(answers, prior)
    return FitResult(
        scoring_model=learned.applied_to(base),
        searches=len(pairs),
        things=sum(pair.right for pair in pairs),
        log_loss=out_of_fold,
        log_loss_before=now,
    ), learned


def _check_enough(pairs: Sequence[Feedback]) -> None:
    right = sum(pair.right for pair in pairs)
    if len(pairs) < MIN_ANSWERS or min(right, len(pairs) - right) < MIN_OF_EACH:
        raise TooLittleDataError(
            f"{right} matches were said to be right and {len(pairs) - right} wrong: too few to learn from."
            f" You need {MIN_ANSWERS}, with at least {MIN_OF_EACH} of each."
        )


def _answers(pairs: Sequence[Feedback], base: ScoringModel, before: Learned) -> _Answers:
    """Return arrays in which the rivals are as `before` left them, its shift taken off."""
    log_odds = np.array([total_log_odds(pair.evidence, base) for pair in pairs])
    stated = np.clip([pair.probability for pair in pairs], _MIN_PROBABILITY, 1 - _MIN_PROBABILITY)
    rivals = exp(before.log_scale) * log_odds + before.shift - np.log(stated / (1 - stated))
    return _Answers(
        log_odds,
        rivals,
        np.array([pair.right for pair in pairs], np.float64),
        np.array([pair.weight for pair in pairs], np.float64),
    )


def _discounted(before: Learned) -> Learned:
    """Return the prior of a further fit: what was learned before, with less certainty and nearer to the base model."""
    kept_precision = _KEPT * (before.precision - _PRIOR_PRECISION)
    precision = _PRIOR_PRECISION + kept_precision
    mean = np.linalg.solve(precision, _KEPT * before.precision @ before.parameters)
    return Learned(float(mean[0]), float(mean[1]), precision)


def _fit(answers: _Answers, prior: Learned) -> Learned:
    """Return the log scale and the shift with the highest posterior probability, by Newton's method."""
    parameters, curvature = prior.parameters, prior.precision
    for _ in range(_STEPS):
        probabilities = answers.probabilities(parameters)
        slopes = np.column_stack([exp(float(parameters[0])) * answers.log_odds, np.ones_like(answers.log_odds)])
        certainty = answers.weights * probabilities * (1 - probabilities)
        curvature = slopes.T @ (certainty[:, None] * slopes) + prior.precision
        gradient = slopes.T @ (answers.weights * (answers.right - probabilities))
        gradient -= prior.precision @ (parameters - prior.parameters)
        parameters = parameters + np.clip(np.linalg.solve(curvature, gradient), -1, 1)
    return Learned(float(parameters[0]), float(parameters[1]), curvature)


def _folds(pairs: Sequence[Feedback]) -> NDArray[np.intp]:
    """Distribute the pairs over folds, those of one lost report to the same."""
    fold_of: dict[object, int] = {}
    return np.array(
        [fold_of.setdefault(pair.lost or position, len(fold_of) % _FOLDS) for position, pair in enumerate(pairs)]
    )


def _out_of_fold_losses(answers: _Answers, prior: Learned, folds: NDArray[np.intp]) -> Numbers:
    losses = np.zeros(len(answers.right))
    for fold in range(_FOLDS):
        inside = folds == fold
        learned = _fit(answers.of(~inside), prior)
        losses[inside] = answers.of(inside).losses(learned.parameters)
    return losses


def _average(losses: Numbers, answers: _Answers) -> float:
    return float(np.average(losses, weights=answers.weights))


def _scaled(term: Term, scale: float) -> Term:
    return replace(term, gain=term.gain * scale, floor=term.floor * scale, cap=term.cap * scale)
