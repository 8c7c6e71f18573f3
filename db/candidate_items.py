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
from db.vectors import COMPARED, ID, Ids, Scope, as_array
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
    missing: Ids
    cached: Ids

    @classmethod
    def of(cls, community: UUID, scope: Scope, chosen: Ids, cache: ItemCache) -> "ReadPlan":
        is_cached = np.array([report_id in cache for report_id in chosen.tolist()], np.bool_)
        return cls(community, scope, chosen[~is_cached], chosen[is_cached])

    def statements(self) -> list[Statement]:
        """Return the statements to run: none where there is nothing to check, and none where nothing is missing."""
        params, missing = self.scope.params(), as_array(self.missing)
        check = [(_VERSIONS, {**params, "reports": as_array(self.cached)})]
        read = [(_DETAILS, {**params, "reports": missing}), (PHOTO_CONTENT, {"reports": missing})]
        return (check if len(self.cached) else []) + (read if len(self.missing) else [])


class ReadItems(NamedTuple):
    """The candidates' items, and the cached reports that have changed."""

    items: dict[bytes, Item]
    changed: Ids


def read_items(plan: ReadPlan, found: Sequence[Sequence[Row]], cache: ItemCache) -> ReadItems:
    """Turn the rows of the plan's statements into items, and cache them."""
    results = iter(found)
    items: dict[bytes, Item] = {}
    changed: list[bytes] = []
    if len(plan.cached):
        [versions] = next(results)
        reports = np.frombuffer(versions["reports"] or b"", ID).tolist()
        for report, version in zip(reports, versions["versions"] or (), strict=True):
            if item := cache.use(report, version):
                items[report] = item
            else:
                changed.append(report)
    if len(plan.missing):
        details, [seen] = next(results), next(results)
        for version, item in items_of(details, seen):
            cache.keep(plan.community, version, item)
            items[item.report.bytes] = item
    return ReadItems(items, np.frombuffer(b"".join(changed), ID))


def query_item(report: Report, seen: Row) -> Item:
    """Return the query as scoring sees it."""
    [(_, item)] = items_of([fields_of(report)], seen)
    return item
