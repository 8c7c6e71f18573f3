"""The main axes of vectors, and sketches: a vector's place along them, a byte for each."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from db.products import BLOCK, Floats, products

AXES: Final = 128
COARSE: Final = 48
"""How many of the first axes are enough to say which sketches are worth comparing."""
_ITERATIONS: Final = 6
_MARGIN: Final = 1.1
"""How much further than the sample other vectors may reach."""

Bytes = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Axes:
    """The main axes of vectors; `scale` is what a step of a sketch is worth along each."""

    directions: Floats
    scale: Floats
    sample: int
    """From how many vectors they were found."""

    @classmethod
    def of(cls, vectors: Floats) -> "Axes":
        """Find the axes along which vectors extend most, from the origin."""
        count = min(AXES, *vectors.shape)
        found = np.random.default_rng(0).standard_normal((vectors.shape[1], count), np.float32)
        for _ in range(_ITERATIONS):
            found = np.linalg.qr(vectors.T @ (vectors @ found))[0]
        reach = np.abs(vectors @ found).max(axis=0) * np.float32(_MARGIN)
        return cls(found, np.maximum(reach, np.float32(1e-6)) / np.float32(127), len(vectors))

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return self.directions.nbytes + self.scale.nbytes

    def sketch(self, vectors: Floats) -> Bytes:
        steps: Floats = products(np.ascontiguousarray(self.directions.T), vectors).T / self.scale
        made: Bytes = np.rint(steps).clip(-127, 127).astype(np.int8)
        return made

    def similarities(self, vectors: Floats, sketches: Bytes) -> Floats:
        """Return an estimate for each of `vectors` (rows) and sketches (columns), which may lack the last axes."""
        axes = sketches.shape[1]
        weights = np.ascontiguousarray((vectors @ self.directions[:, :axes] * self.scale[:axes]).T)
        found = np.empty((len(sketches), len(vectors)), np.float32)
        block = np.empty((min(max(BLOCK // weights.size, 1), len(sketches)), len(weights)), np.float32)
        for start in range(0, len(sketches), max(len(block), 1)):
            some = sketches[start : start + len(block)]
            np.copyto(block[: len(some)], some)
            np.matmul(block[: len(some)], weights, out=found[start : start + len(some)])
        return np.ascontiguousarray(found.T)
