"""Sketches: short forms of a large community's vectors in memory, which choose what is worth measuring.

A sketch is a vector's place along the main axes of its space, a byte for each (docs/decisions/0025-flat-search.md).
"""

import asyncio
import math
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from db.vectors import ID, Ids, Keys, Measured, Scope, Target, distinct, keys_of
from reunite.entities import ReportKind
from reunite.matching.evidence import Background, PairKind

AXES: Final = 64
_SAMPLE: Final = 200
"""How many reports are measured in addition to the nearest, to correct the background."""
_NEAREST: Final = {
    PairKind.PHOTO_PHOTO: 150,
    PairKind.TEXT_TEXT: 150,
    PairKind.TEXT_PHOTO: 400,
    PairKind.PHOTO_TEXT: 400,
}
"""How many of the nearest by sketch are measured: between photos and words, what tells reports apart is finer."""
_ITERATIONS: Final = 6
_MARGIN: Final = 1.1
"""How much further than the sample other vectors may reach."""
_BLOCK: Final = 1 << 18
"""Products that are computed at once: few enough for the processor's cache, and to be left to one thread."""
_MOST_BYTES: Final = 128 << 20
"""Of all communities' sketches in one process; those not used for longest go first."""

Bytes = NDArray[np.int8]
Floats = NDArray[np.float32]


class Group(NamedTuple):
    """Which vectors a query is compared with."""

    kind: ReportKind
    hidden: bool
    space: str
    source: str


@dataclass(frozen=True, slots=True)
class Axes:
    """The main axes of a space; `scale` is what a step of a sketch is worth along each."""

    directions: Floats
    scale: Floats

    @classmethod
    def of(cls, vectors: Floats) -> "Axes":
        """Find the axes along which vectors extend most, from the origin."""
        count = min(AXES, *vectors.shape)
        found = np.random.default_rng(0).standard_normal((vectors.shape[1], count), np.float32)
        for _ in range(_ITERATIONS):
            found = np.linalg.qr(vectors.T @ (vectors @ found))[0]
        reach = np.abs(vectors @ found).max(axis=0) * np.float32(_MARGIN)
        return cls(found, np.maximum(reach, np.float32(1e-6)) / np.float32(127))

    def sketch(self, vectors: Floats) -> Bytes:
        steps: Floats = np.rint(vectors @ self.directions / self.scale)
        return steps.clip(-127, 127).astype(np.int8)

    def similarities(self, vectors: Floats, sketches: Bytes) -> Floats:
        """Return an estimate for each of `vectors` (rows) and sketches (columns)."""
        weights = vectors @ self.directions * self.scale
        found = np.empty((len(vectors), len(sketches)), np.float32)
        rows = max(_BLOCK // weights.size, 1)
        for start in range(0, len(sketches), rows):
            block = sketches[start : start + rows].astype(np.float32)
            found[:, start : start + rows] = weights @ block.T
        return found


class SketchRows:
    """The sketches of one group, and whose they are."""

    def __init__(self, axes: int) -> None:
        self._ids = np.empty(0, ID)
        self._keys = np.empty(0, np.uint64)
        self._sketches = np.empty((0, axes), np.int8)
        self._count = 0

    @property
    def ids(self) -> Ids:
        return self._ids[: self._count]

    @property
    def keys(self) -> Keys:
        return self._keys[: self._count]

    @property
    def sketches(self) -> Bytes:
        return self._sketches[: self._count]

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return self._ids.nbytes + self._keys.nbytes + self._sketches.nbytes

    def add(self, ids: Ids, sketches: Bytes) -> None:
        end = self._count + len(ids)
        if end > len(self._ids):
            room = max(end, len(self._ids) * 5 // 4)
            self._ids, self._keys = _grown(self._ids, room), _grown(self._keys, room)
            self._sketches = _grown(self._sketches, room)
        self._ids[self._count : end], self._keys[self._count : end] = ids, keys_of(ids)
        self._sketches[self._count : end] = sketches
        self._count = end

    def remove(self, keys: Keys) -> None:
        """Remove the sketches of reports; the last ones take their places."""
        for place in np.flatnonzero(np.isin(self.keys, keys))[::-1]:
            self._count -= 1
            for array in (self._ids, self._keys, self._sketches):
                array[place] = array[self._count]


def _grown(array: NDArray[Any], room: int) -> NDArray[Any]:
    larger = np.empty((room, *array.shape[1:]), array.dtype)
    larger[: len(array)] = array
    return larger


@dataclass(frozen=True, slots=True)
class Estimate:
    """What sketches say of one kind of pair: whom to measure, and what to correct the background by."""

    nearest: Ids
    sample: Ids
    sampled: Floats
    """The estimated similarities of the sample."""
    mean: float
    variance: float
    count: int
    """How many vectors were compared."""

    @classmethod
    def of(cls, kind: PairKind, similarities: Floats, ids: Ids) -> "Estimate":
        wanted = min(_NEAREST[kind], len(ids))
        nearest = np.argpartition(similarities, len(ids) - wanted)[len(ids) - wanted :]
        sample = np.random.default_rng(len(ids)).choice(len(ids), min(_SAMPLE, len(ids)), replace=False)
        mean, variance = float(similarities.mean(dtype=np.float64)), float(similarities.var(dtype=np.float64))
        return cls(ids[nearest], ids[sample], similarities[sample], mean, variance, len(ids))

    def background(self, measured: Measured) -> Background:
        """Correct the background by how far sketches are off in the sample.

        A report with several vectors is as often in the sample, and counts by its best one.
        """
        places, known = measured.places(keys_of(self.sample))
        best, weights = measured.similarities[places[known]], 1 / measured.vectors[places[known]]
        if not len(best):
            return Background(self.mean, math.sqrt(self.variance), self.count)
        sketched = self.sampled[known].astype(np.float64)
        mean = np.average(best, weights=weights)
        variance = np.average((best - mean) ** 2, weights=weights) - sketched.var() + self.variance
        return Background(
            float(mean - sketched.mean() + self.mean),
            math.sqrt(max(variance, 0.0)),
            max(round(self.count * weights.mean()), 1),
        )


@dataclass(frozen=True, slots=True)
class Estimates:
    """What sketches say of a query."""

    by_kind: Mapping[PairKind, Estimate]
    open_count: int

    def sample(self) -> Ids:
        """Return some of the reports at random."""
        return next((estimate.sample for estimate in self.by_kind.values()), np.empty(0, ID))

    def worth_measuring(self) -> Ids:
        return distinct([ids for estimate in self.by_kind.values() for ids in (estimate.nearest, estimate.sample)])

    def background(self, measured: Mapping[PairKind, Measured]) -> dict[PairKind, Background]:
        return {
            kind: estimate.background(measured[kind]) for kind, estimate in self.by_kind.items() if kind in measured
        }


@dataclass(slots=True)
class Sketches:
    """The sketches of one community, of one model's vectors of open reports."""

    axes: dict[str, Axes]
    """By space."""
    seen: int = 0
    """The oldest transaction whose changes are perhaps not in here; 0: nothing has been read."""
    doubtful: list[UUID] = field(default_factory=list)
    """Reports as changed by a transaction that may still be undone: they are read again."""
    groups: dict[Group, SketchRows] = field(default_factory=dict)
    counts: Counter[tuple[ReportKind, bool]] = field(default_factory=Counter)
    """How many reports have sketches, by kind and by whether they are hidden."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return sum(rows.size for rows in self.groups.values())

    def replace(self, gone: Keys, added: Iterable[tuple[Group, Ids, Bytes]]) -> None:
        """Replace the rows of some reports."""
        self._count(gone, -1)
        for rows in self.groups.values():
            rows.remove(gone)
        for group, ids, sketches in added:
            self.groups.setdefault(group, SketchRows(sketches.shape[1])).add(ids, sketches)
        self._count(gone, 1)

    def count_all(self) -> None:
        self.counts.clear()
        self._count(None, 1)

    def _count(self, among: Keys | None, sign: int) -> None:
        found: dict[tuple[ReportKind, bool], list[Keys]] = {}
        for group, rows in self.groups.items():
            keys = rows.keys if among is None else rows.keys[np.isin(rows.keys, among)]
            found.setdefault((group.kind, group.hidden), []).append(keys)
        for side, keys_by_group in found.items():
            self.counts[side] += sign * len(np.unique(np.concatenate(keys_by_group)))

    def estimate(self, targets: Iterable[Target], scope: Scope) -> Estimates:
        """Compare the query's vectors with all sketches."""
        sides = (False, True) if scope.hidden else (False,)
        by_kind: dict[PairKind, Estimate] = {}
        for target in targets:
            groups = [Group(scope.opposite, side, target.space, target.source) for side in sides]
            rows = [self.groups[group] for group in groups if group in self.groups and len(self.groups[group].keys)]
            if rows:
                by_kind |= self._estimate(target, rows)
        return Estimates(by_kind, sum(self.counts[scope.opposite, side] for side in sides))

    def _estimate(self, target: Target, rows: Sequence[SketchRows]) -> dict[PairKind, Estimate]:
        axes = self.axes[target.space]
        similarities = np.concatenate([axes.similarities(target.vectors, row.sketches) for row in rows], axis=1)
        ids = np.concatenate([row.ids for row in rows])
        kinds = dict.fromkeys(target.kinds)
        return {kind: Estimate.of(kind, similarities[target.of(kind)].max(axis=0), ids) for kind in kinds}


class SketchCache:
    """The sketches that a process keeps, by community and model."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[UUID, int], Sketches] = OrderedDict()

    def get(self, community: UUID, model: int) -> Sketches:
        """Return a community's sketches, which may still be empty."""
        kept = self._kept.setdefault((community, model), Sketches({}))
        self._kept.move_to_end((community, model))
        return kept

    def trim(self) -> None:
        """Drop the least recently used ones, but never the last one."""
        while len(self._kept) > 1 and sum(sketches.size for sketches in self._kept.values()) > self._most_bytes:
            self._kept.popitem(last=False)
