"""Candidates as scoring knows them: those that a process has read before are only read again once they have changed."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

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
_MOST: Final = 8192
"""How many items are kept, of some 1.5 kB each; those not used for longest go first."""
_ID_BYTES: Final = 16


class Kept(NamedTuple):
    """An item, and which rows it was made of."""

    version: bytes
    item: Item


class ItemCache:
    """What a process keeps of reports in all communities, by their ids in bytes."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, report: bytes) -> bool:
        return report in self._kept

    def use(self, report: bytes, version: bytes) -> Item | None:
        """Return an item if it's made of these rows."""
        kept = self._kept.get(report)
        if kept is None or kept.version != version:
            return None
        self._kept.move_to_end(report)
        return kept.item

    def keep(self, version: bytes, item: Item) -> None:
        self._kept[item.report.bytes] = Kept(version, item)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self, reports: Sequence[UUID]) -> None:
        for report in reports:
            self._kept.pop(report.bytes, None)


class Wanted(NamedTuple):
    """Which candidates to read entirely, and of which to ask whether they have changed."""

    scope: Scope
    report: Report
    unknown: Ids
    known: Ids

    @classmethod
    def of(cls, scope: Scope, report: Report, chosen: Ids, cache: ItemCache) -> "Wanted":
        known = [each in cache for each in chosen.tolist()]
        return cls(scope, report, chosen[[not each for each in known]], chosen[known])

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
    kept = {each: cache.use(each, version) for each, version in zip(ids, versions["versions"] or (), strict=True)}
    *items, (_, query) = items_of([*details, fields_of(wanted.report)], seen)
    for version, item in items:
        cache.keep(version, item)
    changed = ids_of([UUID(bytes=each) for each, item in kept.items() if item is None])
    return Read([*(item for item in kept.values() if item), *(item for _, item in items)], query, changed)
