"""Products of matrices on one thread."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

BLOCK: Final = 1 << 18
"""Products that are computed at once: few enough for the processor's cache, and for BLAS to leave them to one thread.

Several threads wait for each other, and on a busy machine that takes longer than the products.
"""


def products(rows: Floats, others: Floats) -> Floats:
    """Return the product of each row with each of the others."""
    found = np.empty((len(rows), len(others)), np.float32)
    block = max(BLOCK // max(rows.size, 1), 1)
    for start in range(0, len(others), block):
        found[:, start : start + block] = rows @ others[start : start + block].T
    return found
