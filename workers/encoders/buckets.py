"""Groups texts of similar length into batches, because each is padded to the longest in its batch."""

from collections.abc import Sequence
from typing import Final

_LONGEST_TO_SHORTEST: Final = 1.5


def by_length(lengths: Sequence[int], max_size: int) -> list[list[int]]:
    """Group positions by length, shortest first, in buckets of at most `max_size`."""
    buckets: list[list[int]] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        if (
            buckets
            and len(buckets[-1]) < max_size
            and lengths[position] <= _LONGEST_TO_SHORTEST * lengths[buckets[-1][0]]
        ):
            buckets[-1].append(position)
        else:
            buckets.append([position])
    return buckets
