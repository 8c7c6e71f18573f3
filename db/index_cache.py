"""A process's cache of all communities' indexes and items, within a limit."""

from collections import OrderedDict
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from db.candidate_items import ItemCache
from db.memory_index import MemoryIndex
from reunite.entities import ReportKind

_MAX_BYTES: Final = 256 << 20
"""For all communities of a process; the least recently used ones are evicted first."""
_BASE_BYTES: Final = 4096
"""Roughly the bytes of an empty entry."""


class IndexCache:
    """Indexes by community and kind of report, and items of all communities."""

    def __init__(self, max_bytes: int = _MAX_BYTES) -> None:
        self.items = ItemCache()
        self._max_bytes = max_bytes
        self._kept: OrderedDict[tuple[UUID, ReportKind], MemoryIndex] = OrderedDict()
        self._in_use: WeakValueDictionary[tuple[UUID, ReportKind], MemoryIndex] = WeakValueDictionary()
        """Those that are kept, and evicted ones that a search still uses.

        A side has only one at a time: a second would know nothing of what the first puts into `items`.
        """
        self._sizes: dict[tuple[UUID, ReportKind], int] = {}
        self._bytes = 0

    def get(self, community: UUID, kind: ReportKind) -> MemoryIndex:
        """Return a community's index, which may still be empty."""
        key = community, kind
        if key not in self._kept:
            self._kept[key] = self._in_use.setdefault(key, MemoryIndex())
            self._count(key, 0)
        self._kept.move_to_end(key)
        return self._kept[key]

    def trim(self, community: UUID, kind: ReportKind) -> None:
        """Update the size of the index just used, and evict the least recently used ones, but never the last."""
        key = community, kind
        if key in self._kept:
            self._count(key, self._kept[key].size)
        while len(self._kept) > 1 and self._bytes > self._max_bytes:
            dropped, _ = self._kept.popitem(last=False)
            self._bytes -= self._sizes.pop(dropped)

    @property
    def communities(self) -> set[UUID]:
        return {community for community, _ in self._kept} | self.items.communities

    def forget(self, community: UUID) -> None:
        """Drop everything of a community that has ended."""
        for kind in ReportKind:
            self.items.drop_all(community, kind)
            self._kept.pop((community, kind), None)
            self._bytes -= self._sizes.pop((community, kind), 0)

    def _count(self, key: tuple[UUID, ReportKind], size: int) -> None:
        self._bytes += _BASE_BYTES + size - self._sizes.get(key, 0)
        self._sizes[key] = _BASE_BYTES + size
