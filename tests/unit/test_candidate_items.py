"""Items of candidates that a process keeps."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from db.candidate_items import ItemCache
from reunite.entities import ReportKind
from reunite.matching.evidence import Item

HERE, ELSEWHERE = UUID(int=100), UUID(int=200)


def item(number: int) -> Item:
    at = datetime(2026, 11, 27, tzinfo=UTC)
    return Item(UUID(int=number), ReportKind.FOUND, f"umbrella {number}", "", at, time_is_stated=False)


def kept(cache: ItemCache, *numbers: int) -> list[bool]:
    return [UUID(int=number).bytes in cache for number in numbers]


def test_an_item_is_used_until_it_is_dropped() -> None:
    cache = ItemCache()
    cache.keep(HERE, [item(1)])
    one, other = UUID(int=1).bytes, UUID(int=2).bytes
    assert cache.use([one, other], ReportKind.FOUND) == {one: item(1)}
    assert cache.use([one, other], ReportKind.LOST) == {}, "it was cached before it became a lost report"
    cache.drop([UUID(int=1), UUID(int=3)], ReportKind.FOUND)
    assert cache.use([one, other], ReportKind.FOUND) == {}


def test_what_is_dropped_while_a_search_reads_is_not_kept() -> None:
    cache = ItemCache()
    reading = cache.reading(HERE)
    cache.drop([UUID(int=1)], ReportKind.FOUND)
    reading.restart()
    cache.drop([UUID(int=2)], ReportKind.FOUND)
    cache.drop_all(ELSEWHERE, ReportKind.FOUND)
    for number in (1, 2, 3):
        reading.keep([item(number)])
    assert kept(cache, 1, 2, 3) == [True, False, True]
    cache.drop_all(HERE, ReportKind.FOUND)
    reading.keep([item(4)])
    assert kept(cache, 1, 2, 3, 4) == [False] * 4
    reading.restart()
    reading.keep([item(4)])
    assert kept(cache, 4) == [True]


def test_of_the_other_kind_nothing_is_dropped_but_a_search_does_not_keep_it() -> None:
    cache = ItemCache()
    cache.keep(HERE, [item(1), replace(item(2), kind=ReportKind.LOST)])
    reading = cache.reading(HERE)
    cache.drop([UUID(int=1), UUID(int=2), UUID(int=3)], ReportKind.LOST)
    reading.keep([item(3)])
    assert kept(cache, 1, 2, 3) == [True, False, False]


def test_items_that_were_not_used_for_longest_go_first() -> None:
    cache = ItemCache(max_bytes=2000)
    cache.keep(HERE, [item(1)])
    cache.keep(HERE, [item(2)])
    assert cache.use([UUID(int=1).bytes], ReportKind.FOUND)
    cache.keep(HERE, [item(3)])
    assert kept(cache, 1, 2, 3) == [True, False, True]


def test_long_texts_and_colours_take_the_place_of_several_items() -> None:
    for large in (
        replace(item(9), text="☂" * 4000),
        replace(item(9), text="x" * 3999 + "🌂"),
        replace(item(9), colours=((0.1,) * 18,) * 10),
    ):
        cache = ItemCache(max_bytes=20_000)
        for number in range(8):
            cache.keep(HERE, [item(number)])
        assert all(kept(cache, *range(8)))
        for number in (10, 11, 12):
            cache.keep(HERE, [replace(large, report=UUID(int=number))])
        assert not any(kept(cache, *range(3))), "the oldest ones had to go"
        assert kept(cache, 12) == [True]


def test_what_is_kept_again_or_dropped_takes_no_room() -> None:
    cache = ItemCache(max_bytes=2000)
    for _ in range(10):
        cache.keep(HERE, [item(1)])
        cache.keep(HERE, [item(2)])
        cache.drop([UUID(int=2)], ReportKind.FOUND)
    cache.keep(HERE, [item(2)])
    assert kept(cache, 1, 2) == [True, True]


def test_all_items_of_one_kind_of_a_community_are_dropped() -> None:
    cache = ItemCache()
    cache.keep(HERE, [item(1), item(3), replace(item(4), kind=ReportKind.LOST)])
    cache.keep(ELSEWHERE, [item(2)])
    cache.drop_all(HERE, ReportKind.FOUND)
    assert kept(cache, 1, 2, 3, 4) == [False, True, False, True]
