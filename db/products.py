"""Dot products on one thread."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_BLOCK: Final = 1 << 18
"""Numbers that are multiplied at once: few enough to fit the CPU's cache, and for BLAS to use a single thread.

Several threads would wait for each other, which takes longer than the products themselves on a busy machine.
"""


def products(rows: Floats, others: NDArray[Any]) -> Floats:
    """Return the dot product of each row with each of the others, which may be integers."""
    found = np.empty((len(rows), len(others)), np.float32)
    block = max(_BLOCK // max(rows.shape[1], 1), 1)
    for start in range(0, len(others), block):
        part = others[start : start + block].astype(np.float32, copy=False)
        for row, products_of_row in zip(rows, found, strict=True):  # two rows at once take BLAS twice as long
            np.matmul(part, row, out=products_of_row[start : start + len(part)])
    return found
