"""What a process keeps in memory of a community's open reports: vectors of few, sketches of many.

A sketch is a vector's place along the main axes of its space, a byte for each (docs/decisions/0025-flat-search.md). It
says which vectors are worth measuring. Of many reports, a sample's vectors are kept as well.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from db.axes import Axes
from db.columns import Columns
from db.largest import nearest_of_each
from db.products import Floats, products
from db.vectors import ID, Ids, Keys, Measured, Scope, Target, best_by_kind, distinct, ids_of, keys_of
from reunite.matching.evidence import Background, PairKind

_SAMPLE: Final = 200
"""How many reports say whether words are boilerplate."""
_NEAREST: Final = {
    PairKind.PHOTO_PHOTO: 80,
    PairKind.TEXT_TEXT: 80,
    PairKind.TEXT_PHOTO: 120,
    PairKind.PHOTO_TEXT: 120,
}
"""How many of the nearest reports by sketch are measured: between photos and words the differences are finer."""
_FEWEST_FOR_AXES: Final = 256
"""Of fewer vectors of a space and source, all are kept instead of sketches."""
_ENOUGH_FOR_AXES: Final = 2000
"""Axes from fewer vectors are found again once there are twice as many."""
MOST_WHOLE: Final = 16 << 20
"""How many bytes of vectors are kept before sketches are; they may grow to twice as many."""

Place = tuple[str, str]
"""A space and a source: vectors with axes of their own."""


class Group(NamedTuple):
    """Vectors that are compared with a query's at once."""

    hidden: bool
    space: str
    source: str

    @property
    def place(self) -> Place:
        return self.space, self.source


class Vectors(NamedTuple):
    """Vectors of a group, with whose they are."""

    group: Group
    ids: Ids
    photos: Ids
    vectors: Floats


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

    @classmethod
    def of(cls, kind: PairKind, similarities: Floats, ids: Ids, sampled: Floats) -> "Estimate":
        nearest = nearest_of_each(similarities, ids, _NEAREST[kind])
        mean, variance = float(similarities.mean(dtype=np.float64)), float(similarities.var(dtype=np.float64))
        return cls(ids[nearest], sampled, mean, variance, len(ids))

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
    sample: Ids | None
    """Some of many reports at random; none of few."""

    def worth_measuring(self) -> Ids:
        return distinct([estimate.nearest for estimate in self.estimates.values()])

    def background(self) -> dict[PairKind, Background]:
        if self.sample is not None:
            return {kind: each.background(self.measured.get(kind)) for kind, each in self.estimates.items()}
        return {kind: background(each) for kind, each in self.measured.items()}


def background(measured: Measured) -> Background:
    """Return the background of what was measured entirely."""
    similarities = measured.similarities
    return Background(float(similarities.mean()), float(similarities.std()), len(similarities))


def _no_reports() -> dict[bool, Columns]:
    return {hidden: Columns(ids=np.empty(0, ID)) for hidden in (False, True)}


@dataclass(slots=True)
class Sketches:
    """What is known of one community's open reports of one kind."""

    model: int | None = None
    seen: int = 0
    """The oldest transaction whose changes are perhaps not in here; 0: nothing has been read."""
    doubtful: list[UUID] = field(default_factory=list)
    """Reports as changed by a transaction that may still be undone: they are read again."""
    applied: dict[UUID, int] = field(default_factory=dict)
    """By which transaction reports were changed that are in here as changed by it, where `seen` is older."""
    fits: range = range(0)
    """With how many open reports it was read; with many more or less it's read again."""
    whole_below: int | None = None
    """Vectors of reports with lower ids are kept, the first 64 bits count; None: of all."""
    axes: Mapping[Place, Axes] = field(default_factory=dict)
    """Of those places that have sketches; of the others all vectors are kept."""
    reports: dict[bool, Columns] = field(default_factory=_no_reports)
    """By whether they are hidden."""
    whole: dict[Group, Columns] = field(default_factory=dict)
    sketched: dict[Group, Columns] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __len__(self) -> int:
        return sum(len(columns) for columns in self.reports.values())

    @property
    def size(self) -> int:
        """Bytes in memory."""
        columns = [each for kept in (self.reports, self.whole, self.sketched) for each in kept.values()]
        return sum(each.size for each in columns) + sum(axes.size for axes in self.axes.values())

    @property
    def few(self) -> bool:
        """Whether all vectors are here."""
        return self.whole_below is None

    @property
    def outgrown(self) -> bool:
        """Whether there are too many vectors by now to keep all, or for the axes."""
        if self.few:
            return sum(columns.size for columns in self.whole.values()) > 2 * MOST_WHOLE
        vectors: Counter[Place] = Counter()
        for kept in (self.whole, self.sketched):
            for group, columns in kept.items():
                if (group.place in self.axes) == (kept is self.sketched):
                    vectors[group.place] += len(columns)
        return any(needs_axes(count, self.axes.get(place)) for place, count in vectors.items())

    def clear(self) -> None:
        self.reports, self.whole, self.sketched = _no_reports(), {}, {}

    def remove(self, reports: Sequence[UUID]) -> None:
        keys = keys_of(ids_of(reports))
        for kept in (self.reports, self.whole, self.sketched):
            for columns in kept.values():
                columns.remove(keys)

    def add(self, found: Vectors) -> None:
        """Add vectors, sketched or whole or both."""
        axes = self.axes.get(found.group.place)
        made = axes.sketch(found.vectors) if axes else np.empty((len(found.ids), 0), np.int8)
        if axes:
            _add(self.sketched, found.group, ids=found.ids, sketches=made)
        kept = slice(None) if self.whole_below is None or not axes else first_bits(found.ids) < self.whole_below
        columns = {"ids": found.ids, "photos": found.photos, "vectors": found.vectors, "sketches": made}
        _add(self.whole, found.group, **{name: column[kept] for name, column in columns.items()})

    def answer(self, targets: Iterable[Target], scope: Scope, released: Sequence[UUID]) -> Answer:
        """Compare the query's vectors with everything. Among few reports, the hidden ones that were released count."""
        among = keys_of(ids_of(released)) if self.few and released and not scope.hidden else np.empty(0, np.uint64)
        measured: dict[PairKind, Measured] = {}
        estimates: dict[PairKind, Estimate] = {}
        for target in targets:
            whole = _taking_part(self.whole, target, scope, among)
            if whole:
                similarities = products(target.vectors, whole["vectors"])
                measured |= best_by_kind(target, scope.opposite, whole["ids"], whole["photos"], similarities)
            if not self.few:
                estimates |= self._estimate(target, scope, whole)
        count = sum(len(columns) for hidden, columns in self.reports.items() if scope.hidden or not hidden)
        return Answer(
            count if scope.hidden else count + len(released),
            measured,
            estimates,
            None if self.few else self._sample(scope),
        )

    def _estimate(self, target: Target, scope: Scope, sample: Mapping[str, Any]) -> dict[PairKind, Estimate]:
        """Compare with sketches, or with all vectors where there are no sketches."""
        axes = self.axes.get((target.space, target.source))
        every = _taking_part(self.sketched, target, scope, np.empty(0, np.uint64)) if axes else sample
        if not every:
            return {}

        def similarities(part: Mapping[str, Any]) -> Floats:
            if not part:
                return np.empty((len(target.vectors), 0), np.float32)
            if axes:
                return axes.similarities(target.vectors, part["sketches"])
            return products(target.vectors, part["vectors"])

        of_all, of_sample = similarities(every), similarities(sample)
        return {
            kind: Estimate.of(
                kind, of_all[mine := target.of(kind)].max(axis=0), every["ids"], of_sample[mine].max(axis=0)
            )
            for kind in dict.fromkeys(target.kinds)
        }

    def _sample(self, scope: Scope) -> Ids:
        """Return some reports at random: ids are."""
        ids = [columns["ids"] for hidden, columns in self.reports.items() if scope.hidden or not hidden]
        return np.concatenate([each[first_bits(each) < (self.whole_below or 0)] for each in ids])[:_SAMPLE]


def needs_axes(vectors: int, axes: Axes | None) -> bool:
    """Return whether so many vectors need axes: the first ones, or better ones than those from few vectors."""
    if axes is None:
        return vectors >= _FEWEST_FOR_AXES
    return axes.sample < _ENOUGH_FOR_AXES and vectors >= 2 * axes.sample


def first_bits(ids: Ids) -> NDArray[np.uint64]:
    """Return the first 64 bits of UUIDs as numbers."""
    halves: NDArray[np.uint64] = np.ascontiguousarray(ids).view(">u8").reshape(-1, 2)[:, 0]
    return halves


def _add(kept: dict[Group, Columns], group: Group, **columns: NDArray[Any]) -> None:
    if group in kept:
        kept[group].add(**columns)
    elif len(columns["ids"]):
        kept[group] = Columns(**columns)


def _taking_part(
    kept: Mapping[Group, Columns], target: Target, scope: Scope, released: Keys
) -> dict[str, NDArray[Any]]:
    """Return the rows of a target's groups that take part: of hidden reports all or the released ones."""
    parts: list[dict[str, NDArray[Any]]] = []
    for hidden in (False, True):
        columns = kept.get(Group(hidden, target.space, target.source))
        if columns is None or (hidden and not scope.hidden and not len(released)):
            continue
        chosen = slice(None) if scope.hidden or not hidden else np.isin(columns["keys"], released)
        part = {name: columns[name][chosen] for name in columns.names}
        if len(part["ids"]):
            parts.append(part)
    if len(parts) > 1:
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return parts[0] if parts else {}
