"""Candidates as scoring sees them, cached in the process.

A cached item is dropped once its report or its photos have changed: each search begins with what has changed since.
"""

from collections import OrderedDict
from collections.abc import Sequence
from sys import getsizeof
from typing import Final, NamedTuple
from uuid import UUID
from weakref import WeakSet

import numpy as np

from db.mapping import Row
from db.packed_items import PackedItem, PackedItems, unpack
from db.queries import Statement
from db.scoring_items import PHOTO_CONTENT, REPORT_DETAILS, fields_of, items_of
from db.vectors import COMPARED, Ids, Scope, as_array
from reunite.entities import Report, ReportKind
from reunite.matching.colours import NAMES
from reunite.matching.evidence import Item

_DETAILS: Final = f"""{REPORT_DETAILS} AND r.state = 'open' AND r.kind = %(opposite)s::report_kind AND {COMPARED}"""
_MAX_BYTES: Final = 32 << 20
"""Enough for 20,000 items of all communities of a process; the least recently used ones are evicted first."""
_BASE_BYTES: Final = 700
"""Roughly the bytes of an item without its words and colours."""
_PHOTO_BYTES: Final = 56 + 32 * len(NAMES)
"""The bytes of a tuple with a number for each colour."""


class CachedItem(NamedTuple):
    """A cached item, with its community and its size in bytes."""

    community: UUID
    item: Item
    size: int


class ItemCache:
    """An LRU cache of items by report id (in bytes), for all communities of a process."""

    def __init__(self, max_bytes: int = _MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._kept: OrderedDict[bytes, CachedItem] = OrderedDict()
        self._bytes = 0
        self._readings = WeakSet[Reading]()

    def __contains__(self, report: bytes) -> bool:
        return report in self._kept

    def reading(self, community: UUID) -> "Reading":
        """Begin to read items of a community."""
        reading = Reading(self, community)
        self._readings.add(reading)
        return reading

    def use(self, reports: Sequence[bytes], kind: ReportKind) -> dict[bytes, Item]:
        """Return the items that are cached, and mark them as used; a report may have been cached as another kind."""
        kept = {report: cached.item for report in reports if (cached := self._kept.get(report))}
        kept = {report: item for report, item in kept.items() if item.kind is kind}
        for report in kept:
            self._kept.move_to_end(report)
        return kept

    def keep(self, community: UUID, items: Sequence[Item]) -> None:
        for item in items:
            report = item.report.bytes
            self._remove(report)
            kept = self._kept[report] = CachedItem(community, item, _size(item))
            self._bytes += kept.size
        while self._bytes > self._max_bytes:
            self._bytes -= self._kept.popitem(last=False)[1].size

    def drop(self, reports: Sequence[UUID], kind: ReportKind) -> None:
        """Drop reports of one kind. The other kind's are dropped when its own index is brought up to date."""
        for report in reports:
            if (kept := self._kept.get(report.bytes)) and kept.item.kind is kind:
                self._remove(report.bytes)
            for reading in self._readings:
                reading.dropped.add(report.bytes)

    @property
    def communities(self) -> set[UUID]:
        return {kept.community for kept in self._kept.values()}

    def drop_all(self, community: UUID, kind: ReportKind) -> None:
        """Drop all items of one kind of a community."""
        dropped = (community, kind)
        for report in [report for report, kept in self._kept.items() if (kept.community, kept.item.kind) == dropped]:
            self._remove(report)
        for reading in self._readings:
            reading.dropped_all |= reading.community == community

    def _remove(self, report: bytes) -> None:
        if kept := self._kept.pop(report, None):
            self._bytes -= kept.size


def _size(item: Item) -> int:
    """Return an item's size in bytes, roughly."""
    return _BASE_BYTES + getsizeof(item.text) + getsizeof(item.place) + _PHOTO_BYTES * len(item.colours)


class Reading:
    """One search's use of the cache.

    What other searches drop meanwhile isn't cached: it may have been read before it changed.
    """

    def __init__(self, cache: ItemCache, community: UUID) -> None:
        self.community = community
        self.dropped = set[bytes]()
        self.dropped_all = False
        self._cache = cache

    def restart(self) -> None:
        """Cache again what was dropped: from now on, everything is read afresh."""
        self.dropped, self.dropped_all = set(), False

    def use(self, reports: Sequence[bytes], kind: ReportKind) -> dict[bytes, Item]:
        return self._cache.use(reports, kind)

    def keep(self, items: Sequence[Item]) -> None:
        if not self.dropped_all:
            self._cache.keep(self.community, [item for item in items if item.report.bytes not in self.dropped])


class ReadPlan(NamedTuple):
    """The candidates that are cached, those that are packed in memory, and those to be read."""

    scope: Scope
    cached: dict[bytes, Item]
    packed: dict[bytes, PackedItem]
    missing: Ids

    @classmethod
    def of(cls, scope: Scope, chosen: Ids, reading: Reading, kept: PackedItems) -> "ReadPlan":
        reports = chosen.tolist()
        cached = reading.use(reports, scope.opposite)
        if len(cached) == len(reports):
            return cls(scope, cached, {}, chosen[:0])
        packed = kept.find([report for report in reports if report not in cached])
        known = cached.keys() | packed.keys()
        return cls(scope, cached, packed, chosen[np.array([report not in known for report in reports], np.bool_)])

    def statements(self) -> list[Statement]:
        """Return the statements to run: none where nothing is missing."""
        if not len(self.missing):
            return []
        missing = as_array(self.missing)
        return [(_DETAILS, {**self.scope.params(), "reports": missing}), (PHOTO_CONTENT, {"reports": missing})]

    def in_memory(self, reading: Reading) -> dict[bytes, Item]:
        """Return the items that are cached or packed, and cache these."""
        unpacked = [unpack(report, self.scope.opposite, packed) for report, packed in self.packed.items()]
        return self.cached | _kept(unpacked, reading)

    def read(self, found: Sequence[Sequence[Row]], reading: Reading) -> dict[bytes, Item]:
        """Return the items that the plan's statements have found, and cache them."""
        if not len(self.missing):
            return {}
        details, [seen] = found[:2]
        return _kept(items_of(details, seen), reading)


def _kept(items: Sequence[Item], reading: Reading) -> dict[bytes, Item]:
    reading.keep(items)
    return {item.report.bytes: item for item in items}


def query_item(report: Report, seen: Row) -> Item:
    """Return the query as scoring sees it."""
    [item] = items_of([fields_of(report)], seen)
    return item
