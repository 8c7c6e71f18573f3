"""What scoring needs of a large community's open reports, in half of the memory that items take."""

import struct
from collections.abc import Sequence
from datetime import datetime
from sys import getsizeof, intern
from typing import Final
from uuid import UUID

from reunite.entities import ReportKind
from reunite.matching.evidence import Item

_MAX_BYTES: Final = 64 << 20
"""Enough for some 90,000 reports with a photo and a short text. What is beyond is read when it's a candidate."""
_BASE_BYTES: Final = 450
"""Roughly the bytes of a packed item without its words and colours."""


Answers = tuple[str, tuple[str, ...], tuple[str, ...]]
"""An answered colour, and the colours and places that were ruled out."""
PackedItem = tuple[str, str, datetime, bool, tuple[bytes, ...], Answers, datetime | None, tuple[str, ...], bool]
"""A text, a place, when it happened and whether that is stated, each photo's colours as 4-byte floats, answers, when it
was posted, what its photos show, and whether only a day is stated. The garbage collector leaves plain tuples of such
fields alone."""
_NO_ANSWERS: Final[Answers] = ("", (), ())


class PackedItems:
    """Items of one kind, by report id (in bytes)."""

    def __init__(self) -> None:
        self._packed: dict[bytes, PackedItem] = {}
        self.size = 0
        """Bytes in memory, roughly."""

    def add(self, items: Sequence[Item]) -> None:
        for item in items:
            self.remove(item.report)
            packed = _pack(item)
            if self.size + (size := _size(packed)) <= _MAX_BYTES:
                self._packed[item.report.bytes] = packed
                self.size += size

    def remove(self, report: UUID) -> None:
        if packed := self._packed.pop(report.bytes, None):
            self.size -= _size(packed)

    def find(self, reports: Sequence[bytes]) -> dict[bytes, PackedItem]:
        """Return those that are here, still packed."""
        return {report: self._packed[report] for report in reports if report in self._packed}


def _pack(item: Item) -> PackedItem:
    answers = item.answered_colour, item.ruled_out_colours, item.ruled_out_places
    return (
        item.text,
        item.place,
        item.at,
        item.time_is_stated,
        tuple([struct.pack(f"{len(shares)}f", *shares) for shares in item.colours]),
        answers if any(answers) else _NO_ANSWERS,
        item.posted_at,
        tuple(map(intern, item.shows)),
        item.is_day,
    )


def _size(packed: PackedItem) -> int:
    text, place, _, _, colours, *_ = packed
    return _BASE_BYTES + sum(map(getsizeof, (text, place, *colours)))


def unpack(report: bytes, kind: ReportKind, packed: PackedItem) -> Item:
    text, place, at, time_is_stated, colours, (colour, not_colours, not_places), posted_at, shows, is_day = packed
    return Item(
        report=UUID(bytes=report),
        kind=kind,
        text=text,
        place=place,
        at=at,
        time_is_stated=time_is_stated,
        colours=tuple([struct.unpack(f"{len(floats) // 4}f", floats) for floats in colours]),
        answered_colour=colour,
        ruled_out_colours=not_colours,
        ruled_out_places=not_places,
        posted_at=posted_at,
        shows=shows,
        is_day=is_day,
    )
