"""Items of candidates that a process keeps."""

from datetime import UTC, datetime
from uuid import UUID

from db.candidate_items import ItemCache
from reunite.entities import ReportKind
from reunite.matching.evidence import Item


def item(number: int) -> Item:
    at = datetime(2026, 11, 27, tzinfo=UTC)
    return Item(UUID(int=number), ReportKind.FOUND, f"umbrella {number}", "", at, time_is_stated=False)


def test_an_item_is_used_only_as_long_as_its_rows_are_the_same() -> None:
    cache = ItemCache()
    cache.keep(b"first", item(1))
    assert cache.use(UUID(int=1).bytes, b"first") == item(1)
    assert cache.use(UUID(int=1).bytes, b"second") is None
    assert cache.use(UUID(int=2).bytes, b"first") is None
    cache.drop([UUID(int=1), UUID(int=3)])
    assert UUID(int=1).bytes not in cache


def test_items_that_were_not_used_for_longest_go_first() -> None:
    cache = ItemCache(most=2)
    cache.keep(b"", item(1))
    cache.keep(b"", item(2))
    assert cache.use(UUID(int=1).bytes, b"")
    cache.keep(b"", item(3))
    assert [UUID(int=number).bytes in cache for number in (1, 2, 3)] == [True, False, True]
    assert len(cache) == 2
