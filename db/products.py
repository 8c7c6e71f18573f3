"""Dot products on one thread."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_BLOCK: Final = 1 << 16
"""Numbers that are multiplied at once: few enough to stay in the CPU's cache."""
_ONE_THREAD: Final = 1 << 18
"""Multiplications at once for which OpenBLAS uses a single thread.

Several threads would wait for each other, which takes longer than the products themselves on a busy machine.
"""


def products(rows: Floats, others: NDArray[Any]) -> Floats:
    """Return the dot product of each row with each of the others, which may be integers."""
    count, dimension = rows.shape
    height = max(min(_BLOCK, _ONE_THREAD // max(count, 1)) // max(dimension, 1), 1)
    columns, found = np.ascontiguousarray(rows.T), np.empty((count, len(others)), np.float32)
    block = np.empty((min(height, len(others)), dimension), np.float32)  # one for all, so that it stays in the cache
    for start in range(0, len(others), height):
        part = others[start : start + height]
        if part.dtype != np.float32:
            block[: len(part)] = part
            part = block[: len(part)]
        found[:, start : start + len(part)] = (part @ columns).T
    return found
