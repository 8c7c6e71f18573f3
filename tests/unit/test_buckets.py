"""Texts of similar length are embedded together, so that short ones aren't padded to the longest."""

from hypothesis import given
from hypothesis import strategies as st

from workers.encoders.buckets import by_length


def test_a_long_text_leaves_the_short_ones_short() -> None:
    assert by_length([5, 70, 6, 7], max_size=16) == [[0, 2, 3], [1]]


def test_no_bucket_is_larger_than_a_batch() -> None:
    assert by_length([4] * 5, max_size=2) == [[0, 1], [2, 3], [4]]


def test_nothing_makes_no_bucket() -> None:
    assert by_length([], max_size=16) == []


@given(st.lists(st.integers(1, 256)), st.integers(1, 20))
def test_each_text_is_in_one_bucket_and_padded_by_half_at_most(lengths: list[int], most: int) -> None:
    buckets = by_length(lengths, most)
    assert sorted(position for bucket in buckets for position in bucket) == list(range(len(lengths)))
    for bucket in buckets:
        own = [lengths[position] for position in bucket]
        assert len(own) <= most
        assert max(own) <= 1.5 * min(own)
