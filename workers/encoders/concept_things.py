"""Names what a photo shows if the classifier was sure, which is recovered from the photo's shared vector."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reunite.encoder import Vectors

_SURE: Final = 0.5
"""Minimum probability to name a thing: a reason shown to members must be true."""


class ConceptThings:
    """Nouns, and the classes that each of them covers."""

    def __init__(self, table: str, mean: NDArray[np.float32], power: float) -> None:
        """Parse lines with a noun, a tab, and its classes ("281-285,287"); `mean` and `power` made the vectors."""
        self._classes: Mapping[str, list[int]] = dict(map(_row, table.splitlines()))
        self._mean = mean.astype(np.float64)
        self._power = power

    def shown(self, photos: Vectors) -> Sequence[tuple[str, ...]]:
        """Return what each photo shows, most probable first."""
        return [self._nouns(row) for row in self._probabilities(photos)]

    def _nouns(self, row: NDArray[np.float64]) -> tuple[str, ...]:
        likely = {noun: float(row[classes].sum()) for noun, classes in self._classes.items()}
        return tuple(sorted((noun for noun, value in likely.items() if value >= _SURE), key=lambda noun: -likely[noun]))

    def _probabilities(self, photos: Vectors) -> NDArray[np.float64]:
        """Invert `subtract_mean`: the concepts' unit vector is where the direction from the mean meets the sphere."""
        directions = photos.astype(np.float64)
        along = directions @ self._mean
        length = -along + np.sqrt(along**2 + 1 - self._mean @ self._mean)
        concepts = np.clip(self._mean + length[:, None] * directions, 0, None) ** (1 / self._power)
        probabilities: NDArray[np.float64] = concepts / concepts.sum(axis=1, keepdims=True)
        return probabilities


def _row(line: str) -> tuple[str, list[int]]:
    noun, cell = line.split("\t")
    ranges = [[int(number) for number in part.split("-")] for part in cell.split(",")]
    return noun, [number for bounds in ranges for number in range(bounds[0], bounds[-1] + 1)]
