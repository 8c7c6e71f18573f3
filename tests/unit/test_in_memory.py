"""What a process keeps in memory to search in: columns, and products and largest values by parts."""

import numpy as np
import pytest

from db.columns import Columns
from db.products import products
from db.sketches import _largest
from db.vectors import ID, keys_of


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


@pytest.mark.parametrize("count", [0, 5, 79, 80, 81, 3000, 20_000])
def test_the_largest_are_found_among_few_and_many(count: int) -> None:
    values = np.random.default_rng(count).standard_normal(count).astype(np.float32)
    for each in (values, np.sort(values), np.zeros(count, np.float32)):
        found = _largest(each, 80)
        assert np.sort(each[found]).tolist() == np.sort(each)[-80:].tolist()
        assert len(set(found.tolist())) == min(80, count)


def test_products_are_the_same_in_parts() -> None:
    random = np.random.default_rng(0)
    rows, others = (random.standard_normal((count, 512)).astype(np.float32) for count in (3, 1500))
    assert np.allclose(products(rows, others), rows @ others.T, atol=1e-4)
    assert products(rows, others[:0]).shape == (3, 0)
