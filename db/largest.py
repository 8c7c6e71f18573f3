"""The largest of many numbers, without sorting them all."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from db.products import Floats
from db.vectors import Ids, keys_of

_SAMPLE_STRIDE: Final = 16


def nearest_of_each(similarities: Floats, ids: Ids, wanted: int) -> NDArray[np.intp]:
    """Return the positions of the nearest reports' best vectors, one for each report."""
    candidates = wanted
    while True:
        positions = largest(similarities, candidates)
        positions = positions[np.argsort(-similarities[positions])]
        first = np.unique(keys_of(ids[positions]), return_index=True)[1]
        if len(first) >= wanted or candidates >= len(similarities):
            break
        candidates *= 2
    best: NDArray[np.intp] = positions[np.sort(first)[:wanted]]
    return best


def largest(values: Floats, wanted: int) -> NDArray[np.intp]:
    """Return the positions of the largest values, unsorted. Among many, a sample gives a threshold first."""
    sample, rank = values[::_SAMPLE_STRIDE], 2 * wanted // _SAMPLE_STRIDE
    if rank and len(sample) > 2 * rank:
        positions = np.flatnonzero(values >= np.partition(sample, len(sample) - rank)[len(sample) - rank])
        if len(positions) > wanted:
            return positions[np.argpartition(values[positions], len(positions) - wanted)[-wanted:]]
    wanted = min(wanted, len(values))
    return np.argpartition(values, len(values) - wanted)[len(values) - wanted :]
