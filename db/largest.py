"""The largest of many numbers, without sorting them all."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from db.products import Floats
from db.vectors import Ids, keys_of

_PART: Final = 16


def nearest_of_each(similarities: Floats, ids: Ids, wanted: int) -> NDArray[np.intp]:
    """Return the positions of the nearest reports' best vectors, one for each report."""
    asked = wanted
    while True:
        places = largest(similarities, asked)
        places = places[np.argsort(-similarities[places])]
        first = np.unique(keys_of(ids[places]), return_index=True)[1]
        if len(first) >= wanted or asked >= len(similarities):
            break
        asked *= 2
    best: NDArray[np.intp] = places[np.sort(first)[:wanted]]
    return best


def largest(values: Floats, wanted: int) -> NDArray[np.intp]:
    """Return the positions of the largest values. If there are many, a sample tells which of them are worth sorting."""
    part, rank = values[::_PART], 2 * wanted // _PART
    if rank and len(part) > 2 * rank:
        places = np.flatnonzero(values >= np.partition(part, len(part) - rank)[len(part) - rank])
        if len(places) > wanted:
            return places[np.argpartition(values[places], len(places) - wanted)[-wanted:]]
    wanted = min(wanted, len(values))
    return np.argpartition(values, len(values) - wanted)[len(values) - wanted :]
