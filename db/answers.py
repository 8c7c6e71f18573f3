"""Answers queries from memory: exact similarities among few reports; among many, an estimate of what to measure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from db.columns import Rows
from db.largest import largest, nearest_of_each
from db.principal_axes import PrincipalAxes
from db.products import Floats, products
from db.rare_words import Sampled
from db.vectors import Ids, Measured, Target
from reunite.matching.evidence import Background, PairKind

_SPARE_MEASURED: Final = 6
"""Candidates measured beyond the limit: quantised vectors rank one or two of the 50 nearest a little too low."""
_MIN_SHORTLIST: Final = 256
"""With more vectors than this, a first-stage scan chooses at least this many to compare."""
_SHORTLIST, _OF_MANY, _OF_VERY_MANY = 512, 20, 160
"""Among many vectors, one in 20 is shortlisted, but at most 512; among very many, one in 160."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What quantised vectors say about one pair kind: which reports to measure, and an estimated background."""

    nearest: Ids
    """Reports, nearest first, and a few more than asked for."""
    sampled: Floats
    """The estimated similarities of the sample's vectors."""
    mean: float
    variance: float
    count: int
    """How many vectors were compared."""

    def background(self, sample: Measured | None) -> Background:
        """Return the background, corrected by the sample's quantisation error. Only a report's best vector counts."""
        if sample is None:
            return Background(self.mean, math.sqrt(self.variance), self.count)
        best, quantised = sample.similarities, self.sampled.astype(np.float64)
        return Background(
            float(best.mean() - quantised.mean() + self.mean),
            math.sqrt(max(float(best.var() - quantised.var()) + self.variance, 0.0)),
            max(round(self.count * len(best) / len(quantised)), 1),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What memory can tell about a query."""

    open_count: int
    measured: Mapping[PairKind, Measured]
    """All reports if there are few, otherwise a sample."""
    estimates: Mapping[PairKind, Estimate]
    """By pair kind, if there are many reports."""
    sample: Sequence[Sampled] | None
    """A random sample if there are many reports; None if there are few."""

    @property
    def is_exact(self) -> bool:
        """Whether everything was measured."""
        return self.sample is None

    def nearest(self) -> list[Ids]:
        """Return the nearest reports by pair kind, as their quantised vectors rank them, and a few more."""
        return [estimate.nearest for estimate in self.estimates.values()]

    def background(self) -> dict[PairKind, Background]:
        if not self.is_exact:
            return {kind: found.background(self.measured.get(kind)) for kind, found in self.estimates.items()}
        return {kind: background(measured) for kind, measured in self.measured.items()}


def background(measured: Measured) -> Background:
    """Return the exact background of similarities that were all measured."""
    similarities, count = measured.similarities, len(measured.similarities)
    mean = np.add.reduce(similarities) / count
    apart = similarities - mean
    return Background(float(mean), math.sqrt(np.add.reduce(apart * apart) / count), count)


def estimate(
    target: Target, axes: PrincipalAxes | None, every: Rows, sample: Rows, limit: int
) -> dict[PairKind, Estimate]:
    """Estimate similarities with all vectors from their quantised ones, or compute them where none are kept."""
    two_stage = axes is not None and len(every) > _MIN_SHORTLIST
    of_all, of_sample = (_similarities(target.vectors, axes, rows, two_stage=two_stage) for rows in (every, sample))
    estimates = {}
    for kind in dict.fromkeys(target.kinds):
        positions = target.of(kind)
        best = _best(of_all, positions)
        mean = float(best.mean(dtype=np.float64))
        apart = best - np.float32(mean)
        if axes and two_stage:
            nearest = _nearest_of_shortlist(target.vectors[positions], axes, every, best, limit)
        else:
            nearest = _nearest(every["ids"], best, limit)
        estimates[kind] = Estimate(
            nearest, _best(of_sample, positions), mean, float(np.dot(apart, apart)) / len(apart), len(apart)
        )
    return estimates


def _nearest_of_shortlist(vectors: Floats, axes: PrincipalAxes, every: Rows, first_stage: Floats, limit: int) -> Ids:
    """Shortlist by the first-stage scan, then compare the quantised vectors of the shortlist."""
    count = len(every)
    shortlist = max(_MIN_SHORTLIST, min(count // _OF_MANY, _SHORTLIST), count // _OF_VERY_MANY)
    positions = largest(first_stage, shortlist)
    similarities = axes.similarities(vectors, every.at("quantised", positions)).max(axis=0)
    return _nearest(every.at("ids", positions), similarities, limit)


def _nearest(ids: Ids, similarities: Floats, limit: int) -> Ids:
    return ids[nearest_of_each(similarities, ids, limit + _SPARE_MEASURED)]


def _similarities(vectors: Floats, axes: PrincipalAxes | None, rows: Rows, *, two_stage: bool) -> Floats:
    """Return a row for each of the query's vectors."""
    if not len(rows):
        return np.empty((len(vectors), 0), np.float32)
    if axes is None:
        return products(vectors, rows["vectors"])
    return (
        axes.first_stage_similarities(vectors, rows["projections"])
        if two_stage
        else axes.similarities(vectors, rows["quantised"])
    )


def _best(similarities: Floats, positions: list[int]) -> Floats:
    best: Floats = similarities[positions[0]] if len(positions) == 1 else similarities[positions].max(axis=0)
    return best
