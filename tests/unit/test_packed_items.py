from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from db import packed_items
from db.packed_items import PackedItems, unpack
from reunite.entities import ReportKind
from reunite.matching.evidence import Item

NOON = datetime(2026, 5, 4, 12, 0, 0, 123457, tzinfo=UTC)


def item(number: int, text: str = "blue umbrella") -> Item:
    return Item(
        report=UUID(int=number),
        kind=ReportKind.FOUND,
        text=text,
        place="gym",
        at=NOON + timedelta(microseconds=number),
        time_is_stated=bool(number % 2),
        colours=((0.25, 0.75), ()),
        answered_colour="blue",
        ruled_out_colours=("red",),
        ruled_out_places=("hall", "bus"),
        posted_at=NOON if number % 2 else None,
        shows=("umbrella",),
        is_day=not number % 3,
    )


def test_items_are_unpacked_as_they_were() -> None:
    packed = PackedItems()
    items = [item(number) for number in range(100)]
    packed.add(items)
    found = packed.find([each.report.bytes for each in items])
    assert [unpack(report, ReportKind.FOUND, kept) for report, kept in found.items()] == items


def test_what_does_not_fit_is_left_out_until_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = PackedItems()
    packed.add([item(1)])
    monkeypatch.setattr(packed_items, "_MAX_BYTES", packed.size + 10)
    packed.add([item(2)])
    packed.add([item(1, "a much longer text than before")])
    assert (packed.find([item(1).report.bytes, item(2).report.bytes]), packed.size) == ({}, 0)
    packed.add([item(2)])
    assert len(packed.find([item(2).report.bytes])) == 1
