"""Candidates as scoring sees them. What a process has read once is read again only if it has changed."""

from collections import OrderedDict
from collections.abc import Sequence
from sys import getsizeof
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np

from db.evidence import OF_ANY_STATE, SEEN, VERSION, fields_of, items_of
from db.mapping import Row
from db.queries import Statement
from db.vectors import COMPARED, Ids, Scope, as_array, distinct, ids_of
from reunite.entities import Report
from reunite.matching.evidence import Item

_TAKES_PART: Final = f"r.state = 'open' AND r.kind = %(opposite)s::report_kind AND {COMPARED}"
_DETAILS: Final = f"{OF_ANY_STATE} AND {_TAKES_PART}"
_VERSIONS: Final = f"""SELECT string_agg(uuid_send(r.id), '') AS reports, array_agg({VERSION.format("r")} || coalesce((
    SELECT string_agg({VERSION.format("p")}, '' ORDER BY p.position) FROM photo p
    WHERE p.report_id = r.id AND p.state = 'stored'), '')) AS versions
FROM report r WHERE r.id = ANY(%(reports)s::uuid[]) AND {_TAKES_PART}"""
_MOST_BYTES: Final = 16 << 20
"""Of all communities in one process; items not used for longest go first."""
_FIXED: Final = 700
"""About how many bytes an item takes besides its words and colours."""
_TUPLE, _NUMBER = 56, 32
"""Bytes of an empty tuple, and of each number in one."""
_ID_BYTES: Final = 16


class Kept(NamedTuple):
    """An item, whose it is, and which rows it was made of."""

    community: UUID
    version: bytes
    item: Item

    @property
    def size(self) -> int:
        """Roughly how many bytes it takes."""
        item = self.item
        words = (item.text, item.place, *item.shows, *item.ruled_out_colours, *item.ruled_out_places)
        colours = sum(_TUPLE + _NUMBER * len(shares) for shares in item.colours)
        return _FIXED + len(self.version) + sum(map(getsizeof, words)) + colours


class ItemCache:
    """The reports that a process keeps, of all communities, by id in bytes."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()
        self._bytes = 0

    def __contains__(self, report: bytes) -> bool:
        return report in self._kept

    def use(self, report: bytes, version: bytes) -> Item | None:
        """Return an item if it's made of these rows."""
        kept = self._kept.get(report)
        if kept is None or kept.version != version:
            return None
        self._kept.move_to_end(report)
        return kept.item

    def keep(self, community: UUID, version: bytes, item: Item) -> None:
        self.drop([item.report])
        kept = self._kept[item.report.bytes] = Kept(community, version, item)
        self._bytes += kept.size
        while self._bytes > self._most_bytes:
            self._bytes -= self._kept.popitem(last=False)[1].size

    def drop(self, reports: Sequence[UUID]) -> None:
        for report in reports:
            if kept := self._kept.pop(report.bytes, None):
                self._bytes -= kept.size

    def drop_all(self, community: UUID) -> None:
        """Drop everything that is kept of a community."""
        self.drop([kept.item.report for kept in self._kept.values() if kept.community == community])


class Wanted(NamedTuple):
    """Which candidates to read entirely, and of which to ask whether they have changed."""

    community: UUID
    scope: Scope
    report: Report
    unknown: Ids
    known: Ids

    @classmethod
    def of(cls, community: UUID, scope: Scope, report: Report, chosen: Ids, cache: ItemCache) -> "Wanted":
        known = np.array([report_id in cache for report_id in chosen.tolist()], np.bool_)
        return cls(community, scope, report, chosen[~known], chosen[known])

    def statements(self) -> tuple[Statement, Statement, Statement]:
        """Return what is read, also of the query's own photos."""
        given = self.scope.params()
        return (
            (_VERSIONS, {**given, "reports": as_array(self.known)}),
            (_DETAILS, {**given, "reports": as_array(self.unknown)}),
            (SEEN, {"reports": as_array(distinct([self.unknown, ids_of([self.report.id])]))}),
        )


class Read(NamedTuple):
    """The candidates' items, the query's own, and those reports that have changed since they were read."""

    items: list[Item]
    query: Item
    changed: Ids


def read(wanted: Wanted, versions: Row, details: Sequence[Row], seen: Row, cache: ItemCache) -> Read:
    """Read the results of the statements."""
    packed = versions["reports"] or b""
    ids = [packed[start : start + _ID_BYTES] for start in range(0, len(packed), _ID_BYTES)]
    kept = {report: cache.use(report, version) for report, version in zip(ids, versions["versions"] or (), strict=True)}
    *items, (_, query) = items_of([*details, fields_of(wanted.report)], seen)
    for version, item in items:
        cache.keep(wanted.community, version, item)
    changed = ids_of([UUID(bytes=report) for report, item in kept.items() if item is None])
    return Read([*(item for item in kept.values() if item), *(item for _, item in items)], query, changed)
