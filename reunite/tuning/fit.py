"""Fits what evidence is worth to searches with known answers: the most probable weights, given the stated prior.

The likelihood is that of `scoring.share_out`, so what is fitted is what is applied. Gains are fitted as logarithms:
they stay positive, and what a set can't measure stays where the prior has it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import exp
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from reunite.matching import scoring
from reunite.matching.evidence import PairKind
from reunite.matching.reading import read
from reunite.matching.weights import (
    COLOUR,
    COLOUR_OF_PHOTOS,
    EVIDENCE,
    RARE_WORDS,
    SHARED_WORDS,
    ScoringModel,
    Term,
    Typical,
)
from reunite.tuning.labelled_set import LabelledSearch

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

_GAIN_SPREAD: Final = 0.7
"""How far gains may well be from the prior's: a factor of two either way."""
_SPREADS: Final[Mapping[str, Mapping[str, float]]] = {
    **{kind: {"gain": _GAIN_SPREAD, "neutral": 1.0, "bend": _GAIN_SPREAD} for kind in PairKind},
    COLOUR: {"gain": _GAIN_SPREAD, "neutral": 0.3},
    COLOUR_OF_PHOTOS: {"gain": _GAIN_SPREAD, "neutral": 0.2},
    RARE_WORDS: {"gain": _GAIN_SPREAD},
    SHARED_WORDS: {"gain": _GAIN_SPREAD},
}
"""What is fitted of each term, and the prior's standard deviation: of gains and bends as logarithms.

What isn't named is measured as log odds and keeps its stated prior: in made sets, places and times are made up too.
"""
_NONE_SPREAD: Final = 3.0

_MOST_STEPS, _ENOUGH = 40, 1e-4
_LEAST_DEVIATION: Final = 1e-6
_LEAST_SPREAD: Final = 0.01
"""Between reports, as a share of the deviation within one."""
_ALMOST_NO_STEP: Final = -1 + 1e-9


@dataclass(frozen=True, slots=True)
class Cases:
    """Measured searches, the candidates of all of them one after the other."""

    evidence: Numbers
    """Candidates × `EVIDENCE`, NaN where unknown."""
    right: Flags
    first: NDArray[np.intp]
    """Where each search's candidates begin."""
    open_counts: NDArray[np.intp]
    weights: Numbers
    """How much each search counts."""
    things: tuple[UUID, ...]

    @property
    def counts(self) -> NDArray[np.intp]:
        """How many candidates each search has."""
        return np.diff(self.first, append=len(self.evidence))

    def of(self, things: Collection[UUID]) -> "Cases":
        """Return the searches for some of the things."""
        chosen = np.array([thing in things for thing in self.things], bool)
        rows = np.repeat(chosen, self.counts)
        counts = self.counts[chosen]
        return Cases(
            evidence=self.evidence[rows],
            right=self.right[rows],
            first=np.cumsum(counts) - counts,
            open_counts=self.open_counts[chosen],
            weights=self.weights[chosen],
            things=tuple(thing for thing in self.things if thing in things),
        )

    def without(self, name: str) -> "Cases":
        """Return the same searches with one kind of evidence unknown."""
        evidence = self.evidence.copy()
        evidence[:, EVIDENCE.index(name)] = np.nan
        return replace(self, evidence=evidence)


def measured(searches: Sequence[LabelledSearch], weights: Sequence[float], model: ScoringModel) -> Cases:
    """Measure searches against the model's typical backgrounds; those without any candidate are left out."""
    kept = [(each, weight) for each, weight in zip(searches, weights, strict=True) if each.search.candidates]
    reading = lru_cache(maxsize=None)(read)
    said_and_seen = lru_cache(maxsize=None)(lambda one, other: scoring.said_and_seen(reading(one), reading(other)))
    rows, right = [], []
    for each, _ in kept:
        for candidate in each.search.candidates:
            evidence = {
                **scoring.likeness(each.search.background, candidate, model),
                **said_and_seen(each.search.query, candidate.item),
            }
            rows.append([evidence.get(name, np.nan) for name in EVIDENCE])
            right.append(candidate.item.report in each.answers)
    counts = np.array([len(each.search.candidates) for each, _ in kept], np.intp)
    return Cases(
        evidence=np.array(rows, np.float64).reshape(-1, len(EVIDENCE)),
        right=np.array(right, bool),
        first=np.cumsum(counts) - counts,
        open_counts=np.array([each.search.open_count for each, _ in kept], np.intp),
        weights=np.array([weight for _, weight in kept], np.float64),
        things=tuple(each.thing for each, _ in kept),
    )


def typical_backgrounds(searches: Sequence[LabelledSearch], prior: ScoringModel) -> dict[PairKind, Typical]:
    """Return the usual cosines of one report with the others; the prior's where no report has that kind of pair."""
    typical = dict(prior.typical)
    for kind in PairKind:
        own = [each.search.background[kind] for each in searches if kind in each.search.background]
        if len(own) > 1:
            means, deviations = np.array([[each.mean, each.deviation] for each in own]).T
            deviation = max(float(deviations.mean()), _LEAST_DEVIATION)
            typical[kind] = Typical(float(means.mean()), deviation, max(float(means.std()), deviation * _LEAST_SPREAD))
    return typical


# The most probable weights ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shares:
    """How a model shares out the probability of each search."""

    candidates: Numbers
    none: Numbers
    unseen: Numbers

    def log_likelihood(self, cases: Cases) -> Numbers:
        """Log probability of what was the case, a number each search."""
        found = np.add.reduceat(np.where(cases.right, self.candidates, 0.0), cases.first)
        there = np.logical_or.reduceat(cases.right, cases.first)
        return np.log(np.maximum(np.where(there, found, self.none + self.unseen), 1e-300))


def shares(cases: Cases, model: ScoringModel) -> Numbers:
    """Return each candidate's probability, as `scoring.share_out` gives it."""
    return _shares(cases, model).candidates


def log_losses(cases: Cases, model: ScoringModel) -> Numbers:
    """Return minus the log probability of what was the case, a number each search."""
    return -_shares(cases, model).log_likelihood(cases)


def odds_of_thing(cases: Cases, model: ScoringModel) -> Numbers:
    """Return each candidate's log odds by likeness and words alone (see `scoring.label`)."""
    return _odds(cases, model, [name for name in EVIDENCE if name not in scoring.NEVER_ALONE])


def _odds(cases: Cases, model: ScoringModel, names: Sequence[str]) -> Numbers:
    odds = np.zeros(len(cases.evidence))
    for name in names:
        if name in model.terms:
            odds += _log_odds(model.terms[name], cases.evidence[:, EVIDENCE.index(name)])
    return odds


def _shares(cases: Cases, model: ScoringModel) -> _Shares:
    odds = _odds(cases, model, EVIDENCE)
    none, unseen = scoring.odds_of_the_rest(cases.open_counts, cases.counts, model)
    highest = np.maximum(np.maximum.reduceat(odds, cases.first), np.maximum(none, unseen))
    seen = np.exp(odds - np.repeat(highest, cases.counts))
    none, unseen = np.exp(none - highest), np.exp(unseen - highest)
    whole = np.add.reduceat(seen, cases.first) + none + unseen
    return _Shares(seen / np.repeat(whole, cases.counts), none / whole, unseen / whole)


def _log_odds(term: Term, values: Numbers) -> Numbers:
    """Return what `Term.log_odds` does, for many values; 0 where nothing is known."""
    steps = values - term.neutral
    if np.isfinite(term.bend):
        steps = term.bend * np.log1p(np.maximum(steps / term.bend, _ALMOST_NO_STEP))
    return np.nan_to_num(np.clip(term.gain * steps, term.floor, term.cap))


def _slopes(term: Term, values: Numbers) -> dict[str, Numbers]:
    """Return the derivatives of a term's log odds by log gain, neutral and log bend."""
    odds = _log_odds(term, values)
    free: Flags = (odds > term.floor) & (odds < term.cap) & ~np.isnan(values)
    by_neutral, by_bend = np.full_like(odds, -term.gain), np.zeros_like(odds)
    if np.isfinite(term.bend):
        inside = np.maximum((values - term.neutral) / term.bend, _ALMOST_NO_STEP)
        by_neutral = -term.gain / (1 + inside)
        by_bend = term.gain * term.bend * (np.log1p(inside) - inside / (1 + inside))
    return {
        name: np.where(free, slope, 0.0) for name, slope in (("gain", odds), ("neutral", by_neutral), ("bend", by_bend))
    }


@dataclass(frozen=True, slots=True)
class _Parameter:
    """One fitted number: a field of a term, and its spread."""

    name: str
    field: str
    spread: float

    def moved(self, term: Term, by: float) -> Term:
        """Return the term with its field moved, gains and bends by a factor."""
        before: float = getattr(term, self.field)
        return replace(term, **{self.field: before + by if self.field == "neutral" else before * exp(by)})


def most_probable(cases: Cases, prior: ScoringModel) -> ScoringModel:
    """Return the prior's model with gains, neutrals and `none` moved to where the cases and the prior agree best.

    Fisher scoring: each step takes the expected curvature, and is halved until it is one upwards.
    """
    known = [not np.isnan(column).all() for column in cases.evidence.T]
    parameters = [
        _Parameter(name, field, spread)
        for column, name in enumerate(EVIDENCE)
        if known[column] and name in prior.terms
        for field, spread in _SPREADS.get(name, {}).items()
    ]
    precision = np.array([*(each.spread for each in parameters), _NONE_SPREAD]) ** -2.0
    at = np.zeros(len(precision))
    model, worth = prior, _worth(cases, prior, at, precision)
    for _ in range(_MOST_STEPS):
        gradient, curvature = _slope(cases, model, parameters)
        step = np.linalg.solve(curvature + np.diag(precision), gradient - precision * at)
        before = worth
        while np.abs(step).max() > _ENOUGH / 10:
            moved = _moved(prior, parameters, at + step)
            worth = _worth(cases, moved, at + step, precision)
            if worth > before:
                at, model = at + step, moved
                break
            step = step / 2
        if worth - before < _ENOUGH:
            break
    return model


def _worth(cases: Cases, model: ScoringModel, at: Numbers, precision: Numbers) -> float:
    likelihood = _shares(cases, model).log_likelihood(cases)
    return float(cases.weights @ likelihood - (precision * at**2).sum() / 2)


def _moved(prior: ScoringModel, parameters: Sequence[_Parameter], at: Numbers) -> ScoringModel:
    terms = dict(prior.terms)
    for each, value in zip(parameters, at[:-1].tolist(), strict=True):
        terms[each.name] = each.moved(terms[each.name], value)
    return replace(prior, terms=terms, none=prior.none + float(at[-1]))


def _slope(cases: Cases, model: ScoringModel, parameters: Sequence[_Parameter]) -> tuple[Numbers, Numbers]:
    """Return the log likelihood's gradient by the parameters and `none`, and its expected curvature."""
    slopes = np.empty((len(cases.evidence), len(parameters)))
    for column, each in enumerate(parameters):
        slopes[:, column] = _slopes(model.terms[each.name], cases.evidence[:, EVIDENCE.index(each.name)])[each.field]
    share = _shares(cases, model)
    there = np.logical_or.reduceat(cases.right, cases.first)
    right = np.where(cases.right, share.candidates, 0.0)
    right /= np.repeat(np.where(there, np.add.reduceat(right, cases.first), 1.0), cases.counts)
    rest = share.none + share.unseen
    expected = np.column_stack([np.add.reduceat(share.candidates[:, None] * slopes, cases.first), share.none])
    actual = np.column_stack(
        [np.add.reduceat(right[:, None] * slopes, cases.first), np.where(there, 0.0, share.none / rest)]
    )
    weights = np.repeat(cases.weights, cases.counts) * share.candidates
    curvature = np.zeros((len(parameters) + 1,) * 2)
    curvature[:-1, :-1] = slopes.T @ (weights[:, None] * slopes)
    curvature[-1, -1] = cases.weights @ share.none
    curvature -= expected.T @ (cases.weights[:, None] * expected)
    return cases.weights @ (actual - expected), curvature
