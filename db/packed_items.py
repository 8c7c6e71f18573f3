"""What scoring needs of a large community's open reports, in a third of the memory that items take."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from reunite.entities import ReportKind
from reunite.matching.evidence import Item

_MAX_BYTES: Final = 48 << 20
"""Enough for 100,000 reports with a photo and a short text. What is beyond is read when it's a candidate."""
_ENTRY: Final = 200
"""Roughly the bytes that a packed item takes besides its own."""


class PackedItems:
    """Items of one kind, by report id (in bytes)."""

    def __init__(self) -> None:
        self._packed: dict[bytes, bytes] = {}
        self._bytes = 0

    @property
    def size(self) -> int:
        """Bytes in memory, roughly."""
        return self._bytes + _ENTRY * len(self._packed)

    def add(self, items: Sequence[Item]) -> None:
        for item in items:
            self.remove(item.report)
            packed = _pack(item)
            if self.size + len(packed) + _ENTRY <= _MAX_BYTES:
                self._packed[item.report.bytes] = packed
                self._bytes += len(packed)

    def remove(self, report: UUID) -> None:
        if packed := self._packed.pop(report.bytes, None):
            self._bytes -= len(packed)

    def find(self, reports: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return those that are here, still packed."""
        return {report: self._packed[report] for report in reports if report in self._packed}


def _pack(item: Item) -> bytes:
    fields = (
        item.text,
        item.place,
        item.at.timestamp(),
        item.time_is_stated,
        item.colours,
        item.answered_colour,
        item.ruled_out_colours,
        item.ruled_out_places,
        item.posted_at and item.posted_at.timestamp(),
        item.shows,
    )
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def unpack(report: bytes, kind: ReportKind, packed: bytes) -> Item:
    text, place, at, time_is_stated, colours, answered, not_colours, not_places, posted_at, shows = json.loads(packed)
    return Item(
        report=UUID(bytes=report),
        kind=kind,
        text=text,
        place=place,
        at=_moment(at),
        time_is_stated=time_is_stated,
        colours=tuple(map(tuple, colours)),
        answered_colour=answered,
        ruled_out_colours=tuple(not_colours),
        ruled_out_places=tuple(not_places),
        posted_at=None if posted_at is None else _moment(posted_at),
        shows=tuple(shows),
    )


def _moment(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)
