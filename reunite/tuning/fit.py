"""Fits a scoring model to labelled searches: the maximum a posteriori estimate under the stated prior.

The likelihood is that of `scoring.softmax`, so what is fitted is what is applied. Gains and bends are fitted as
logarithms: they stay positive, and what a set can't measure stays at the prior.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp
from typing import Final

import numpy as np

from reunite.matching.evidence import PairKind
from reunite.matching.weights import (
    ALIKE_BY_KIND,
    COLOUR,
    COLOUR_OF_PHOTOS,
    COMMON_KIND,
    DETAILS_OF_PHOTOS,
    EVIDENCE,
    KIND_OF_THING,
    NAMED_COLOURS,
    ONLY_VIEW,
    RARE_WORDS,
    SEVERAL_COLOURS,
    SHARED_WORDS,
    ScoringModel,
    Term,
)
from reunite.tuning.cases import Cases, Numbers
from reunite.tuning.likelihood import posterior, term_derivatives

_GAIN_SPREAD: Final = 0.7
"""Prior standard deviation of log gains: about a factor of two either way."""
_SPREADS: Final[Mapping[str, Mapping[str, float]]] = {
    **{kind: {"gain": _GAIN_SPREAD, "neutral": 1.0, "bend": _GAIN_SPREAD} for kind in PairKind},
    ALIKE_BY_KIND: {"gain": _GAIN_SPREAD},
    COLOUR: {"gain": _GAIN_SPREAD, "neutral": 0.3},
    COLOUR_OF_PHOTOS: {"gain": _GAIN_SPREAD, "neutral": 0.2},
    COMMON_KIND: {"gain": _GAIN_SPREAD, "neutral": 0.5},
    DETAILS_OF_PHOTOS: {"gain": _GAIN_SPREAD, "neutral": 0.5},
    KIND_OF_THING: {"gain": _GAIN_SPREAD},
    NAMED_COLOURS: {"gain": _GAIN_SPREAD},
    RARE_WORDS: {"gain": _GAIN_SPREAD},
    SEVERAL_COLOURS: {"gain": _GAIN_SPREAD},
    SHARED_WORDS: {"gain": _GAIN_SPREAD},
    ONLY_VIEW: {"gain": _GAIN_SPREAD, "neutral": 1.0},
}
"""The fitted fields of each term with their prior standard deviations, those of gains and bends on a log scale.

Evidence that isn't listed is measured as log odds and keeps its stated prior: in synthetic sets, places and times are
synthetic too.
"""
_NONE_SPREAD: Final = 3.0

_MAX_STEPS, _TOLERANCE = 40, 1e-4


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A fitted number: a field of a term, and its prior standard deviation."""

    name: str
    field: str
    spread: float

    def moved(self, term: Term, by: float) -> Term:
        """Return the term with this field moved: neutral by an amount, gain and bend on a log scale."""
        before: float = getattr(term, self.field)
        return replace(term, **{self.field: before + by if self.field == "neutral" else before * exp(by)})


def map_estimate(cases: Cases, prior: ScoringModel) -> ScoringModel:
    """Return the prior's model with fitted terms and `none_log_odds`.

    Fisher scoring: each step uses the expected curvature, and is halved until it improves the objective.
    """
    parameters = _parameters(cases, prior)
    precision = np.array([*(parameter.spread for parameter in parameters), _NONE_SPREAD]) ** -2.0
    offsets = np.zeros(len(precision))
    model, objective = prior, _log_posterior(cases, prior, offsets, precision)
    for _ in range(_MAX_STEPS):
        gradient, curvature = _gradient(cases, model, parameters)
        step = np.linalg.solve(curvature + np.diag(precision), gradient - precision * offsets)
        before = objective
        while np.abs(step).max() > _TOLERANCE / 10:
            moved = _moved(prior, parameters, offsets + step)
            objective = _log_posterior(cases, moved, offsets + step, precision)
            if objective > before:
                offsets, model = offsets + step, moved
                break
            step = step / 2
        if objective - before < _TOLERANCE:
            break
    return model


def _parameters(cases: Cases, prior: ScoringModel) -> list[_Parameter]:
    """Return what can be fitted: the fields of terms whose evidence is known in some case."""
    known = [not np.isnan(column).all() for column in cases.evidence.T]
    return [
        _Parameter(name, field, spread)
        for column, name in enumerate(EVIDENCE)
        if known[column] and name in prior.terms
        for field, spread in _SPREADS.get(name, {}).items()
    ]


def _log_posterior(cases: Cases, model: ScoringModel, offsets: Numbers, precision: Numbers) -> float:
    log_likelihood = posterior(cases, model).log_likelihood(cases)
    return float(cases.weights @ log_likelihood - (precision * offsets**2).sum() / 2)


def _moved(prior: ScoringModel, parameters: Sequence[_Parameter], offsets: Numbers) -> ScoringModel:
    terms = dict(prior.terms)
    for parameter, offset in zip(parameters, offsets[:-1].tolist(), strict=True):
        terms[parameter.name] = parameter.moved(terms[parameter.name], offset)
    return replace(prior, terms=terms, none_log_odds=prior.none_log_odds + float(offsets[-1]))


def _gradient(cases: Cases, model: ScoringModel, parameters: Sequence[_Parameter]) -> tuple[Numbers, Numbers]:
    """Return the log likelihood's gradient by the parameters and `none_log_odds`, and its expected curvature."""
    slopes = _slopes(cases, model, parameters)
    current = posterior(cases, model)
    has_answer = np.logical_or.reduceat(cases.right, cases.first)
    right = np.where(cases.right, current.candidates, 0.0)
    right /= np.repeat(np.where(has_answer, np.add.reduceat(right, cases.first), 1.0), cases.counts)
    null = current.none + current.unseen
    expected = np.column_stack([np.add.reduceat(current.candidates[:, None] * slopes, cases.first), current.none])
    actual = np.column_stack(
        [np.add.reduceat(right[:, None] * slopes, cases.first), np.where(has_answer, 0.0, current.none / null)]
    )
    weights = np.repeat(cases.weights, cases.counts) * current.candidates
    curvature = np.zeros((len(parameters) + 1,) * 2)
    curvature[:-1, :-1] = slopes.T @ (weights[:, None] * slopes)
    curvature[-1, -1] = cases.weights @ current.none
    curvature -= expected.T @ (cases.weights[:, None] * expected)
    return cases.weights @ (actual - expected), curvature


def _slopes(cases: Cases, model: ScoringModel, parameters: Sequence[_Parameter]) -> Numbers:
    """Return the derivative of each candidate's log odds with respect to each parameter."""
    slopes = np.empty((len(cases.evidence), len(parameters)))
    for column, parameter in enumerate(parameters):
        values = cases.evidence[:, EVIDENCE.index(parameter.name)]
        slopes[:, column] = term_derivatives(model.terms[parameter.name], values)[parameter.field]
    return slopes
