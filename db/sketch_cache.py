"""What a process keeps in memory of all communities, within a limit."""

from collections import OrderedDict
from typing import Final
from uuid import UUID

from db.candidate_items import ItemCache
from db.sketches import Sketches
from reunite.entities import ReportKind

_MOST_BYTES: Final = 256 << 20
"""Of all communities in one process; those not used for longest go first."""
_FIXED: Final = 4096
"""About what a community takes of which nothing is known."""


class SketchCache:
    """What a process keeps, by community and kind, and items of any community."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self.items = ItemCache()
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[UUID, ReportKind], Sketches] = OrderedDict()
        self._sizes: dict[tuple[UUID, ReportKind], int] = {}
        self._bytes = 0

    def get(self, community: UUID, kind: ReportKind) -> Sketches:
        """Return what is known about a community's reports, which may still be nothing."""
        key = community, kind
        if key not in self._kept:
            self._kept[key] = Sketches()
            self._count(key, 0)
        self._kept.move_to_end(key)
        return self._kept[key]

    def trim(self, community: UUID, kind: ReportKind) -> None:
        """Count again what has just been used, and drop the least recently used ones, but never the last one."""
        key = community, kind
        if key in self._kept:
            self._count(key, self._kept[key].size)
        while len(self._kept) > 1 and self._bytes > self._most_bytes:
            dropped, _ = self._kept.popitem(last=False)
            self._bytes -= self._sizes.pop(dropped)

    def _count(self, key: tuple[UUID, ReportKind], size: int) -> None:
        self._bytes += _FIXED + size - self._sizes.get(key, 0)
        self._sizes[key] = _FIXED + size
