"""What a process keeps in memory to search in: columns, and products and largest values by parts."""

import gc
from copy import deepcopy
from uuid import UUID

import numpy as np
import pytest

from db.columns import Columns, among
from db.index_cache import IndexCache
from db.largest import largest, nearest_of_each
from db.memory_index import Group, MemoryIndex, Vectors
from db.principal_axes import PrincipalAxes
from db.products import products
from db.rare_words import Sampled
from db.vectors import ID, QueryVector, Scope, keys_of, most_similar_pairs, targets_of
from reunite.entities import ReportKind


def ids(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    return np.frombuffer(b"".join(number.to_bytes(16, "big") for number in numbers), ID)


def test_columns_grow_and_shrink_together() -> None:
    given = np.array([1, 2])
    columns = Columns(ids=ids(1, 2), values=given)
    for number in range(3, 30):
        columns.add(ids=ids(number), values=np.array([number]))
    columns.remove(keys_of(ids(1, 5, 29, 99)))
    left = [number for number in range(1, 30) if number not in {1, 5, 29}]
    assert sorted(columns["values"].tolist()) == left
    assert columns["ids"].tolist() == ids(*columns["values"].tolist()).tolist()
    assert columns["keys"].tolist() == keys_of(columns["ids"]).tolist()
    assert len(columns) == 26
    assert given.tolist() == [1, 2], "they are copied"


def test_columns_know_the_order_of_their_rows_by_report() -> None:
    columns = Columns(ids=ids(3, 1, 3, 2))
    for added, removed in ((ids(), ids()), (ids(1, 5), ids()), (ids(), ids(3))):
        columns.add(ids=added)
        columns.remove(keys_of(removed))
        order, starts, counts, reports, keys = columns.by_report()
        assert columns["keys"][order].tolist() == sorted(columns["keys"].tolist())
        assert keys.tolist() == columns["keys"][order[starts]].tolist() == keys_of(reports).tolist()
        assert np.repeat(keys, counts).tolist() == columns["keys"][order].tolist()


def test_photos_are_compared_from_memory() -> None:
    index = MemoryIndex()
    every = vectors(5, "photo")
    index.add(every)
    index.add(every._replace(group=every.group._replace(hidden=True), ids=ids(11, 12, 13, 14, 15)))
    scope = Scope(UUID(int=5000), ReportKind.FOUND, 1, {"shared": 4}, hidden=True)
    found, photos = index.photos_of(scope, ids(2, 13, 99))
    assert found.tolist() == ids(2, 13).tolist()
    assert np.array_equal(photos, every.vectors[[2, 2]])
    assert len(index.photos_of(scope, ids())[0]) == 0
    assert most_similar_pairs(*index.photos_of(scope, ids()), 5) == {}
    [pair] = most_similar_pairs(found, photos, 5)
    assert pair == {UUID(int=2), UUID(int=13)}


@pytest.mark.parametrize("count", [0, 3, 200])
def test_keys_are_found_among_few_and_many(count: int) -> None:
    keys = np.random.default_rng(count).integers(0, 1000, 500).astype(np.uint64)
    wanted = np.random.default_rng(1).integers(0, 2000, count).astype(np.uint64)
    assert among(keys, wanted).tolist() == np.isin(keys, wanted).tolist()


@pytest.mark.parametrize("count", [0, 5, 79, 80, 81, 3000, 20_000])
def test_the_largest_are_found_among_few_and_many(count: int) -> None:
    values = np.random.default_rng(count).standard_normal(count).astype(np.float32)
    for array in (values, np.sort(values), np.zeros(count, np.float32)):
        found = largest(array, 80)
        assert np.sort(array[found]).tolist() == np.sort(array)[-80:].tolist()
        assert len(set(found.tolist())) == min(80, count)


def test_products_are_the_same_in_parts() -> None:
    random = np.random.default_rng(0)
    rows, others = (random.standard_normal((count, 512)).astype(np.float32) for count in (3, 1500))
    assert np.allclose(products(rows, others), rows @ others.T, atol=1e-4)
    assert products(rows, others[:0]).shape == (3, 0)


@pytest.mark.parametrize("photos", [1, 5])
def test_the_nearest_are_reports_however_many_photos_they_have(photos: int) -> None:
    values = np.random.default_rng(photos).standard_normal(1000 * photos).astype(np.float32)
    owners = np.tile(ids(*range(1000)), photos)
    found = nearest_of_each(values, owners, 80)
    best = values.reshape(photos, 1000).max(axis=0)
    assert values[found].tolist() == np.sort(best)[:-81:-1].tolist()
    assert len(set(owners[found].tolist())) == 80
    assert len(nearest_of_each(values[::1000], owners[::1000], 80)) == 1


def vectors(count: int, source: str = "text", size: int = 4) -> Vectors:
    found = np.random.default_rng(0).standard_normal((count, size)).astype(np.float32)
    return Vectors(Group(hidden=False, space="shared", source=source), ids(*range(count)), ids(*range(count)), found)


def test_axes_are_outgrown_by_far_more_vectors_and_by_those_without() -> None:
    index = MemoryIndex(kept_below=0, axes={("shared", "text"): PrincipalAxes.of(vectors(300).vectors)})
    index.add(vectors(599))
    index.add(vectors(255, "photo"))
    assert not index.outgrown
    assert index.size > index.axes["shared", "text"].size > 0
    for source in ("text", "photo"):
        grown = deepcopy(index)
        grown.add(vectors(1, source))
        assert grown.outgrown
    enough = MemoryIndex(kept_below=0, axes={("shared", "text"): PrincipalAxes.of(vectors(2000).vectors)})
    enough.add(vectors(5000))
    assert not enough.outgrown


@pytest.mark.parametrize(("precise", "off"), [(True, 1e-4), (False, 0.01)])
def test_quantised_vectors_of_two_bytes_are_as_good_as_vectors(*, precise: bool, off: float) -> None:
    random = np.random.default_rng(0)
    found = random.standard_normal((500, 256)).astype(np.float32)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    axes = PrincipalAxes.of(found[:300], precise=precise)
    assert np.abs(axes.similarities(found[:2], axes.quantise(found)) - found[:2] @ found.T).max() < off


@pytest.mark.parametrize("quantised", [True, False])
def test_memory_measures_some_reports_and_no_hidden_ones(*, quantised: bool) -> None:
    every = vectors(600, size=64)
    every = every._replace(vectors=every.vectors / np.linalg.norm(every.vectors, axis=1, keepdims=True))
    axes = {every.group.space_source: PrincipalAxes.of(every.vectors, precise=True)} if quantised else {}
    index = MemoryIndex(kept_below=0, axes=axes)
    index.add(every)
    hidden = Vectors(every.group._replace(hidden=True), ids(1001, 1002), ids(1, 2), every.vectors[:2])
    index.add(hidden)
    scope = Scope(UUID(int=5000), ReportKind.FOUND, 1, {"shared": 64}, hidden=False)
    targets = targets_of(scope, [QueryVector(1, "shared", None, every.vectors[7])])
    found = index.measure(targets, scope, ids(7, 9, 1001, 1002, 9999))
    [measured] = found.values()
    assert {UUID(bytes=report).int for report in measured.reports.tolist()} == {7, 9}
    assert measured.nearest(1).tolist() == ids(7).tolist()
    assert measured.similarities.max() == pytest.approx(1, abs=1e-4)
    assert index.measure(targets, scope, ids(9999)) == {}


def test_the_words_of_a_sample_take_room_too() -> None:
    words = Sampled(UUID(int=1), hidden=False, author="ada", words=frozenset({"umbrella"}))
    assert MemoryIndex(sample={words.report: words}).size > MemoryIndex().size + 1000


def test_what_was_not_used_for_longest_is_dropped_beyond_a_size() -> None:
    cache = IndexCache(max_bytes=100_000)
    communities = [UUID(int=number) for number in range(3)]
    kept = [cache.get(community, ReportKind.LOST) for community in communities]
    for community, index in zip(communities, kept, strict=True):
        index.add(vectors(600))
        cache.trim(community, ReportKind.LOST)
    assert kept[0].size + kept[1].size < 100_000 < sum(index.size for index in kept)
    assert cache.communities == {*communities[1:]}
    kept[1].clear()
    cache.trim(communities[1], ReportKind.LOST)
    cache.get(communities[0], ReportKind.LOST)
    cache.trim(communities[0], ReportKind.LOST)
    assert cache.communities == {*communities}, "its room has become free"


def test_what_is_dropped_while_it_is_used_stays_the_only_one_of_its_side() -> None:
    cache, community = IndexCache(max_bytes=0), UUID(int=1)
    used = cache.get(community, ReportKind.LOST)
    cache.get(community, ReportKind.FOUND)
    cache.trim(community, ReportKind.FOUND)
    assert cache.get(community, ReportKind.LOST) is used
    cache.get(community, ReportKind.FOUND)
    cache.trim(community, ReportKind.FOUND)
    used.model = 1
    del used
    gc.collect()
    assert cache.get(community, ReportKind.LOST).model is None


def test_what_is_forgotten_takes_no_room() -> None:
    cache = IndexCache(max_bytes=100_000)
    kept, ended = UUID(int=1), [UUID(int=number) for number in range(2, 12)]
    first = cache.get(kept, ReportKind.LOST)
    for community in ended:
        for kind in ReportKind:
            cache.get(community, kind).add(vectors(100))
            cache.trim(community, kind)
        assert cache.communities == {kept, community}
        cache.forget(community)
    assert cache.get(kept, ReportKind.LOST) is first


def test_many_communities_of_which_nothing_is_kept_have_a_limit_too() -> None:
    cache = IndexCache(max_bytes=100_000)
    communities = [UUID(int=number) for number in range(100)]
    cache.get(communities[0], ReportKind.LOST)
    for community in communities:
        cache.get(community, ReportKind.LOST)
        cache.trim(community, ReportKind.LOST)
    assert communities[0] not in cache.communities


def test_vectors_of_another_model_are_not_compared() -> None:
    scope = Scope(UUID(int=1), ReportKind.FOUND, 1, {"shared": 2}, hidden=False)
    rows = [QueryVector(model, "shared", None, np.array([model, 0], np.float32)) for model in (1, 2)]
    assert [target.vectors.tolist() for target in targets_of(scope, rows)] == [[[1, 0]], [[1, 0]]]
