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
from db.vectors import Ids, Measured, Target
from reunite.matching.evidence import Background, PairKind

_SPARE: Final = 12
"""How many more than the nearest are measured: by sketch, one or two of 50 are a little further down."""
_SHORTLIST: Final = 512
"""Of more vectors, coarse sketches say which sketches are compared: so many, of very many a larger number."""
_SHARE: Final = 80
"""One of how many vectors is on the shortlist of very many."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What sketches say of one kind of pair: whom to measure, and what to correct the background by."""

    nearest: Ids
    """The nearest first, and some more."""
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

    @property
    def few(self) -> bool:
        """Whether everything was measured."""
        return self.sample is None

    def nearest(self) -> list[Ids]:
        """Return the nearest of many reports by kind of pair, by their sketches, and some more."""
        return [estimate.nearest for estimate in self.estimates.values()]

    def background(self) -> dict[PairKind, Background]:
        if not self.few:
            return {kind: found.background(self.measured.get(kind)) for kind, found in self.estimates.items()}
        return {kind: background(measured) for kind, measured in self.measured.items()}


def background(measured: Measured) -> Background:
    """Return the background of what was measured entirely."""
    similarities = measured.similarities
    return Background(float(similarities.mean()), float(similarities.std()), len(similarities))


def estimate(target: Target, axes: Axes | None, every: Rows, sample: Rows, limit: int) -> dict[PairKind, Estimate]:
    """Estimate similarities with all vectors from their sketches, or compute them where there are no sketches."""
    coarsely = axes is not None and len(every) > _SHORTLIST
    of_all, of_sample = (_similarities(target.vectors, axes, rows, coarsely=coarsely) for rows in (every, sample))
    estimates = {}
    for kind in dict.fromkeys(target.kinds):
        mine = target.of(kind)
        best = _best(of_all, mine)
        mean = float(best.mean(dtype=np.float64))
        apart = best - np.float32(mean)
        if axes and coarsely:
            nearest = _nearest_of_shortlist(target.vectors[mine], axes, every, best, limit)
        else:
            nearest = _nearest(every["ids"], best, limit)
        estimates[kind] = Estimate(
            nearest, _best(of_sample, mine), mean, float(np.dot(apart, apart)) / len(apart), len(apart)
        )
    return estimates


def _nearest_of_shortlist(vectors: Floats, axes: Axes, every: Rows, coarse: Floats, limit: int) -> Ids:
    """Compare the sketches of those that are best by coarse sketch."""
    places = largest(coarse, max(_SHORTLIST, len(every) // _SHARE))
    similarities = axes.similarities(vectors, every.at("sketches", places)).max(axis=0)
    return _nearest(every.at("ids", places), similarities, limit)


def _nearest(ids: Ids, similarities: Floats, limit: int) -> Ids:
    return ids[nearest_of_each(similarities, ids, limit + _SPARE)]


def _similarities(vectors: Floats, axes: Axes | None, rows: Rows, *, coarsely: bool) -> Floats:
    """Return a row for each of the query's vectors."""
    if not len(rows):
        return np.empty((len(vectors), 0), np.float32)
    if axes is None:
        return products(vectors, rows["vectors"])
    return axes.coarsely(vectors, rows["coarse"]) if coarsely else axes.similarities(vectors, rows["sketches"])


def _best(similarities: Floats, mine: list[int]) -> Floats:
    best: Floats = similarities[mine[0]] if len(mine) == 1 else similarities[mine].max(axis=0)
    return best
