"""Matrix products on one thread."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

BLOCK: Final = 1 << 18
"""Products computed in one block: few enough to fit the CPU's cache, and for BLAS to use a single thread.

Several threads would wait for each other, which takes longer than the products themselves on a busy machine.
"""


def products(rows: Floats, others: Floats) -> Floats:
    """Return the dot product of each row with each of the others."""
    found = np.empty((len(rows), len(others)), np.float32)
    block = max(BLOCK // max(rows.size, 1), 1)
    for start in range(0, len(others), block):
        found[:, start : start + block] = rows @ others[start : start + block].T
    return found
