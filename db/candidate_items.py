"""Candidates as scoring sees them, cached in the process and read again only if they have changed."""

from collections import OrderedDict
from collections.abc import Sequence
from sys import getsizeof
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np

from db.evidence import PHOTO_CONTENT, REPORT_DETAILS, VERSION, fields_of, items_of
from db.mapping import Row
from db.queries import Statement
from db.vectors import COMPARED, Ids, Scope, as_array, distinct, ids_of
from reunite.entities import Report
from reunite.matching.evidence import Item

_TAKES_PART: Final = f"r.state = 'open' AND r.kind = %(opposite)s::report_kind AND {COMPARED}"
_DETAILS: Final = f"{REPORT_DETAILS} AND {_TAKES_PART}"
_VERSIONS: Final = f"""SELECT string_agg(uuid_send(r.id), '') AS reports, array_agg({VERSION.format("r")} || coalesce((
    SELECT string_agg({VERSION.format("p")}, '' ORDER BY p.position) FROM photo p
    WHERE p.report_id = r.id AND p.state = 'stored'), '')) AS versions
FROM report r WHERE r.id = ANY(%(reports)s::uuid[]) AND {_TAKES_PART}"""
_MAX_BYTES: Final = 16 << 20
"""For all communities of a process; the least recently used items are evicted first."""
_BASE_BYTES: Final = 700
"""Roughly the bytes of an item without its words and colours."""
_TUPLE, _NUMBER = 56, 32
"""Bytes of an empty tuple, and of each number in one."""
_ID_BYTES: Final = 16


class CachedItem(NamedTuple):
    """A cached item, its community, and the versions of the rows it was made from."""

    community: UUID
    version: bytes
    item: Item

    @property
    def size(self) -> int:
        """Its size in bytes, roughly."""
        item = self.item
        words = (item.text, item.place, *item.shows, *item.ruled_out_colours, *item.ruled_out_places)
        colours = sum(_TUPLE + _NUMBER * len(shares) for shares in item.colours)
        return _BASE_BYTES + len(self.version) + sum(map(getsizeof, words)) + colours


class ItemCache:
    """An LRU cache of items by report id (in bytes), for all communities of a process."""

    def __init__(self, max_bytes: int = _MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._kept: OrderedDict[bytes, CachedItem] = OrderedDict()
        self._bytes = 0

    def __contains__(self, report: bytes) -> bool:
        return report in self._kept

    def use(self, report: bytes, version: bytes) -> Item | None:
        """Return an item, and mark it as used, if it was made from these rows."""
        kept = self._kept.get(report)
        if kept is None or kept.version != version:
            return None
        self._kept.move_to_end(report)
        return kept.item

    def keep(self, community: UUID, version: bytes, item: Item) -> None:
        self.drop([item.report])
        kept = self._kept[item.report.bytes] = CachedItem(community, version, item)
        self._bytes += kept.size
        while self._bytes > self._max_bytes:
            self._bytes -= self._kept.popitem(last=False)[1].size

    def drop(self, reports: Sequence[UUID]) -> None:
        for report in reports:
            if kept := self._kept.pop(report.bytes, None):
                self._bytes -= kept.size

    def drop_all(self, community: UUID) -> None:
        """Drop all items of a community."""
        self.drop([kept.item.report for kept in self._kept.values() if kept.community == community])


class ReadPlan(NamedTuple):
    """Which candidates to read, and which cached ones to check for changes."""

    community: UUID
    scope: Scope
    report: Report
    missing: Ids
    cached: Ids

    @classmethod
    def of(cls, community: UUID, scope: Scope, report: Report, chosen: Ids, cache: ItemCache) -> "ReadPlan":
        is_cached = np.array([report_id in cache for report_id in chosen.tolist()], np.bool_)
        return cls(community, scope, report, chosen[~is_cached], chosen[is_cached])

    def statements(self) -> tuple[Statement, Statement, Statement]:
        """Return the statements to run; they also read the query's own photos."""
        params = self.scope.params()
        return (
            (_VERSIONS, {**params, "reports": as_array(self.cached)}),
            (_DETAILS, {**params, "reports": as_array(self.missing)}),
            (PHOTO_CONTENT, {"reports": as_array(distinct([self.missing, ids_of([self.report.id])]))}),
        )


class ReadItems(NamedTuple):
    """The candidates' items, the query's own, and the cached reports that have changed."""

    items: list[Item]
    query: Item
    changed: Ids


def read_items(plan: ReadPlan, versions: Row, details: Sequence[Row], seen: Row, cache: ItemCache) -> ReadItems:
    """Turn the statements' rows into items, and cache them."""
    packed = versions["reports"] or b""
    ids = [packed[start : start + _ID_BYTES] for start in range(0, len(packed), _ID_BYTES)]
    kept = {report: cache.use(report, version) for report, version in zip(ids, versions["versions"] or (), strict=True)}
    *items, (_, query) = items_of([*details, fields_of(plan.report)], seen)
    for version, item in items:
        cache.keep(plan.community, version, item)
    changed = ids_of([UUID(bytes=report) for report, item in kept.items() if item is None])
    return ReadItems([*(item for item in kept.values() if item), *(item for _, item in items)], query, changed)
