"""A community's open reports in memory: the vectors of few reports, or quantised vectors of many.

A quantised vector has a byte or two per number (docs/decisions/0045-searched-in-memory.md). With two bytes it's
as good as the vector; with one, it tells which vectors are worth measuring. A sample of the vectors is kept as well.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from db.answers import Answer, Estimate, estimate
from db.columns import Columns, Rows, among
from db.packed_items import PackedItems
from db.principal_axes import PrincipalAxes
from db.products import Floats, products
from db.rare_words import Sampled
from db.vectors import ID, ByReport, Ids, Measured, Scope, Target, best_by_kind, ids_of, keys_of
from db.word_index import WordIndex
from reunite.encoder import PHOTO_SPACE
from reunite.matching.evidence import PairKind

_SAMPLE: Final = 200
"""The reports by which frequent words are judged to be boilerplate."""
_SAMPLED: Final = 2048
"""Roughly the bytes of a sampled report's author and words."""
_FEWEST_FOR_AXES: Final = 256
"""With fewer vectors of a space and source, all are kept whole."""
_ENOUGH_FOR_AXES: Final = 2000
"""Axes computed from fewer vectors are computed again once there are twice as many."""
MAX_VECTOR_BYTES: Final = 16 << 20
"""With more bytes of vectors, they are quantised; vectors kept whole may grow to twice as many bytes."""
MAX_PRECISE_BYTES: Final = 32 << 20
"""With more bytes of quantised vectors, they have one byte per number instead of two."""

SpaceSource = tuple[str, str]
"""A space and a source; their vectors share axes."""


class Group(NamedTuple):
    """The key of vectors that are compared with a query's at once."""

    hidden: bool
    space: str
    source: str

    @property
    def space_source(self) -> SpaceSource:
        return self.space, self.source


PhotoVectors = tuple[Ids, Floats]
"""Vectors of photos, with their reports."""


class Vectors(NamedTuple):
    """Vectors of a group, with their reports and photos."""

    group: Group
    ids: Ids
    photos: Ids
    vectors: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Watermark:
    """Up to which transaction the index includes all changes."""

    seen: int
    """The oldest transaction whose changes may be missing; 0 if nothing has been read."""
    doubtful: Sequence[UUID] = ()
    """Reports that include changes of a transaction that may still be rolled back; they are read again."""
    applied: Mapping[UUID, int] = field(default_factory=dict)
    """Reports that already include a change from `seen` or later, with the transaction that made it."""


NOTHING_READ: Final = Watermark(0)


def _no_reports() -> dict[bool, Columns]:
    return {hidden: Columns(ids=np.empty(0, ID)) for hidden in (False, True)}


@dataclass(slots=True, weakref_slot=True)
class MemoryIndex:
    """One community's open reports of one kind."""

    model: int | None = None
    watermark: Watermark = NOTHING_READ
    valid_counts: range = range(0)
    """The numbers of open reports for which the index is suitable; outside, it's reloaded."""
    kept_below: int | None = None
    """Reports whose first 64 bits of the id are lower keep their vectors; None if all do."""
    axes: Mapping[SpaceSource, PrincipalAxes] = field(default_factory=dict)
    """The axes of spaces and sources whose vectors are quantised; the others keep all vectors whole."""
    reports: dict[bool, Columns] = field(default_factory=_no_reports)
    """The reports, by whether they are sealed or private."""
    sample: dict[UUID, Sampled] = field(default_factory=dict)
    """In a large community, a sample of the reports, with their vectors."""
    words: WordIndex = field(default_factory=WordIndex)
    """The words of all reports, unless they are too many."""
    packs_items: bool = False
    """Whether what scoring needs of new reports is packed; of fewer reports it's in the process's `ItemCache`."""
    items: PackedItems = field(default_factory=PackedItems)
    whole: dict[Group, Columns] = field(default_factory=dict)
    quantised: dict[Group, Columns] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __len__(self) -> int:
        return sum(len(columns) for columns in self.reports.values())

    @property
    def size(self) -> int:
        """Bytes in memory."""
        columns = [column for kept in (self.reports, self.whole, self.quantised) for column in kept.values()]
        axes = sum(axes.size for axes in self.axes.values())
        return (
            sum(column.size for column in columns)
            + axes
            + _SAMPLED * len(self.sample)
            + self.words.size
            + self.items.size
        )

    @property
    def holds_all(self) -> bool:
        """Whether all vectors are in memory."""
        return self.kept_below is None

    @property
    def precise(self) -> bool:
        """Whether quantised vectors are precise enough to measure similarities."""
        return all(axes.precise for axes in self.axes.values())

    @property
    def outgrown(self) -> bool:
        """Whether there are now too many vectors to keep them all, or too many for the axes."""
        if self.holds_all:
            return sum(columns.size for columns in self.whole.values()) > 2 * MAX_VECTOR_BYTES
        vectors: Counter[SpaceSource] = Counter()
        for kept in (self.whole, self.quantised):
            for group, columns in kept.items():
                if (group.space_source in self.axes) == (kept is self.quantised):
                    vectors[group.space_source] += len(columns)
        return any(needs_axes(count, self.axes.get(space_source)) for space_source, count in vectors.items())

    def clear(self) -> None:
        self.reports, self.sample, self.whole, self.quantised = _no_reports(), {}, {}, {}
        self.words, self.items = WordIndex(), PackedItems()

    def remove(self, reports: Sequence[UUID]) -> None:
        for report in reports:
            self.sample.pop(report, None)
            self.words.remove(report)
            self.items.remove(report)
        keys = keys_of(ids_of(reports))
        if not any(among(columns["keys"], keys).any() for columns in self.reports.values()):
            return  # all are new
        for kept in (self.reports, self.whole, self.quantised):
            for columns in kept.values():
                columns.remove(keys)

    def add_reports(self, reports: Sequence[Sampled]) -> None:
        """Add reports without their vectors, and their words if they are kept."""
        for hidden, columns in self.reports.items():
            if found := [report.report for report in reports if report.hidden == hidden]:
                columns.add(ids=ids_of(found))
        for report in reports:
            self.add_words(report)

    def add_words(self, report: Sampled) -> None:
        self.words.add(report)
        if self.kept_below is not None and first_bits(ids_of([report.report]))[0] < self.kept_below:
            self.sample[report.report] = report

    def add(self, found: Vectors) -> None:
        """Add vectors quantised, whole, or both."""
        axes = self.axes.get(found.group.space_source)
        none = np.empty((len(found.ids), 0), np.int8)
        made, projections = (axes.quantise(found.vectors), axes.project(found.vectors)) if axes else (none, none)
        if axes:
            _add(
                self.quantised, found.group, ids=found.ids, photos=found.photos, quantised=made, projections=projections
            )
        kept = slice(None) if self.kept_below is None or not axes else first_bits(found.ids) < self.kept_below
        columns = {"ids": found.ids, "photos": found.photos, "vectors": found.vectors}
        columns |= {"quantised": made, "projections": projections}
        _add(self.whole, found.group, **{name: column[kept] for name, column in columns.items()})

    def answer(self, targets: Iterable[Target], scope: Scope, limit: int) -> Answer:
        """Compare the query's vectors with everything."""
        measured: dict[PairKind, Measured] = {}
        estimates: dict[PairKind, Estimate] = {}
        for target in targets:
            whole = _taking_part(self.whole, target, scope)
            if len(whole):
                similarities = products(target.vectors, whole["vectors"])
                measured |= best_by_kind(target, scope.opposite, whole.by_report(), whole["photos"], similarities)
            if not self.holds_all:
                axes = self.axes.get((target.space, target.source))
                every = _taking_part(self.quantised, target, scope) if axes else whole
                if len(every):
                    estimates |= estimate(target, axes, every, whole, limit)
        count = sum(len(columns) for hidden, columns in self.reports.items() if scope.hidden or not hidden)
        return Answer(
            count,
            measured,
            estimates,
            None if self.holds_all else self._sample(scope),
        )

    def measure(self, targets: Iterable[Target], scope: Scope, reports: Ids) -> dict[PairKind, Measured]:
        """Compare the query's vectors exactly with some reports, which must have whole or precise quantised vectors."""
        wanted = keys_of(reports)
        measured: dict[PairKind, Measured] = {}
        for target in targets:
            axes = self.axes.get((target.space, target.source))
            rows = _taking_part(self.quantised if axes else self.whole, target, scope)
            if not len(rows) or not len(positions := np.flatnonzero(among(rows["keys"], wanted))):
                continue
            if axes:
                similarities = axes.similarities(target.vectors, rows.at("quantised", positions))
            else:
                similarities = products(target.vectors, rows.at("vectors", positions))
            by_report = ByReport.of(rows.at("ids", positions), rows.at("keys", positions))
            measured |= best_by_kind(target, scope.opposite, by_report, rows.at("photos", positions), similarities)
        return measured

    def photos_of(self, scope: Scope, reports: Ids) -> PhotoVectors:
        """Return the vectors of reports' photos, which must have whole or precise quantised vectors."""
        space, keys = scope.space(PHOTO_SPACE), keys_of(reports)
        axes = self.axes.get((space, "photo"))
        kept, name = (self.quantised, "quantised") if axes else (self.whole, "vectors")
        groups = [kept.get(Group(hidden, space, "photo")) for hidden in (False, True)]
        rows = Rows([columns for columns in groups if columns])
        if not len(rows):
            return reports[:0], np.empty((0, 0), np.float32)
        positions = np.flatnonzero(among(rows["keys"], keys))
        vectors = rows.at(name, positions)
        return rows.at("ids", positions), vectors * axes.steps if axes else vectors

    def _sample(self, scope: Scope) -> list[Sampled]:
        """Return a random sample of reports: their ids are random."""
        return [sampled for sampled in self.sample.values() if scope.hidden or not sampled.hidden][:_SAMPLE]


def needs_axes(vectors: int, axes: PrincipalAxes | None) -> bool:
    """Return whether this many vectors need their first axes, or better ones than those from fewer vectors."""
    if axes is None:
        return vectors >= _FEWEST_FOR_AXES
    return axes.sample < _ENOUGH_FOR_AXES and vectors >= 2 * axes.sample


def first_bits(ids: Ids) -> NDArray[np.uint64]:
    """Return the first 64 bits of UUIDs as numbers."""
    halves: NDArray[np.uint64] = np.ascontiguousarray(ids).view(">u8").reshape(-1, 2)[:, 0]
    return halves


def _add(kept: dict[Group, Columns], group: Group, **columns: NDArray[Any]) -> None:
    if not len(columns["ids"]):
        return
    if group in kept:
        kept[group].add(**columns)
    else:
        kept[group] = Columns(**columns)


def _taking_part(kept: Mapping[Group, Columns], target: Target, scope: Scope) -> Rows:
    """Return the rows to compare a target with: public reports, and hidden ones if they take part."""
    groups = [Group(hidden, target.space, target.source) for hidden in ((False, True) if scope.hidden else (False,))]
    return Rows([kept[group] for group in groups if group in kept])
