"""What memory says of a query: similarities of few reports; of many, whom to measure and the background."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from db.axes import Axes
from db.columns import Rows
from db.largest import largest, nearest_of_each
from db.products import Floats, products
from db.rare_words import Sampled
from db.vectors import Ids, Measured, Target, distinct
from reunite.matching.evidence import Background, PairKind

_NEAREST: Final = {
    PairKind.PHOTO_PHOTO: 120,
    PairKind.TEXT_TEXT: 120,
    PairKind.TEXT_PHOTO: 180,
    PairKind.PHOTO_TEXT: 180,
}
"""How many of the nearest reports by sketch are measured: between photos and words the differences are finer."""
_MOST_AT_ONCE: Final = 12_000
"""Of more vectors, coarse sketches say which sketches are compared."""
_SHORTLIST: Final = 2048
"""How many sketches are then compared."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What sketches say of one kind of pair: whom to measure, and what to correct the background by."""

    nearest: Ids
    sampled: Floats
    """The estimated similarities of the sample's vectors."""
    mean: float
    variance: float
    count: int
    """How many vectors were compared."""

    def background(self, sample: Measured | None) -> Background:
        """Correct the background by how far sketches are off in the sample; reports count by their best vectors."""
        if sample is None:
            return Background(self.mean, math.sqrt(self.variance), self.count)
        best, sketched = sample.similarities, self.sampled.astype(np.float64)
        return Background(
            float(best.mean() - sketched.mean() + self.mean),
            math.sqrt(max(float(best.var() - sketched.var()) + self.variance, 0.0)),
            max(round(self.count * len(best) / len(sketched)), 1),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What memory says of a query."""

    open_count: int
    measured: Mapping[PairKind, Measured]
    """All of few reports, a sample of many."""
    estimates: Mapping[PairKind, Estimate]
    """By kinds of pair, of many reports."""
    sample: Sequence[Sampled] | None
    """Some of many reports at random; none of few."""

    def worth_measuring(self) -> Ids:
        return distinct([estimate.nearest for estimate in self.estimates.values()])

    def background(self) -> dict[PairKind, Background]:
        if self.sample is not None:
            return {kind: estimate.background(self.measured.get(kind)) for kind, estimate in self.estimates.items()}
        return {kind: background(measured) for kind, measured in self.measured.items()}


def background(measured: Measured) -> Background:
    """Return the background of what was measured entirely."""
    similarities = measured.similarities
    return Background(float(similarities.mean()), float(similarities.std()), len(similarities))


def estimate(target: Target, axes: Axes | None, every: Rows, sample: Rows) -> dict[PairKind, Estimate]:
    """Estimate similarities with all vectors from their sketches, or compute them where there are no sketches."""
    column = "coarse" if len(every) > _MOST_AT_ONCE else "sketches"
    of_all, of_sample = (_similarities(target.vectors, axes, rows, column) for rows in (every, sample))
    estimates = {}
    for kind in dict.fromkeys(target.kinds):
        mine = target.of(kind)
        best = _best(of_all, mine)
        mean = float(best.mean(dtype=np.float64))
        apart = best - np.float32(mean)
        nearest = _nearest(kind, target.vectors[mine], axes, every, best)
        estimates[kind] = Estimate(
            nearest, _best(of_sample, mine), mean, float(np.dot(apart, apart)) / len(apart), len(apart)
        )
    return estimates


def _nearest(kind: PairKind, vectors: Floats, axes: Axes | None, every: Rows, similarities: Floats) -> Ids:
    """Return the nearest reports; where `similarities` are of coarse sketches, the best are compared by sketch."""
    if axes and len(every) > _MOST_AT_ONCE:
        places = largest(similarities, _SHORTLIST)
        ids = every.at("ids", places)
        similarities = axes.similarities(vectors, every.at("sketches", places)).max(axis=0)
    else:
        ids = every["ids"]
    return ids[nearest_of_each(similarities, ids, _NEAREST[kind])]


def _similarities(vectors: Floats, axes: Axes | None, rows: Rows, column: str) -> Floats:
    """Return a row for each of the query's vectors."""
    if not len(rows):
        return np.empty((len(vectors), 0), np.float32)
    if axes:
        return axes.similarities(vectors, rows[column])
    return products(vectors, rows["vectors"])


def _best(similarities: Floats, mine: list[int]) -> Floats:
    best: Floats = similarities[mine[0]] if len(mine) == 1 else similarities[mine].max(axis=0)
    return best
