"""Sketches, a byte or two for each number of a vector, and coarse ones: a vector's place along the main axes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from db.products import BLOCK, Floats, products

AXES: Final = 48
"""How many axes are enough to say which sketches are worth comparing."""
_ITERATIONS: Final = 6
_MARGIN: Final = 1.1
"""How much further than the sample other vectors may reach."""
_FINER: Final = 64
"""How much smaller steps of two bytes are: they could be 256 times as small, but then reach no further."""

Numbers = NDArray[np.int8] | NDArray[np.int16]
"""A byte each, or two."""


@dataclass(frozen=True, slots=True)
class Axes:
    """The main axes of vectors, and what a step is worth: along each axis, and of each of a vector's numbers."""

    directions: Floats
    scale: Floats
    steps: Floats
    sample: int
    """From how many vectors they were found."""
    precise: bool = False
    """Whether sketches have two bytes for each number: then they are as good as vectors."""

    @classmethod
    def of(cls, vectors: Floats, *, precise: bool = False) -> "Axes":
        """Find the axes along which vectors extend most, from the origin."""
        count = min(AXES, *vectors.shape)
        found = np.random.default_rng(0).standard_normal((vectors.shape[1], count), np.float32)
        for _ in range(_ITERATIONS):
            found = np.linalg.qr(vectors.T @ (vectors @ found))[0]
        steps = _step(vectors) / np.float32(_FINER) if precise else _step(vectors)
        return cls(found, _step(vectors @ found), steps, len(vectors), precise)

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return self.directions.nbytes + self.scale.nbytes + self.steps.nbytes

    def sketch(self, vectors: Floats) -> Numbers:
        steps = np.rint(vectors / self.steps)
        return _two_bytes(steps) if self.precise else _bytes(steps)

    def coarse(self, vectors: Floats) -> NDArray[np.int8]:
        """Return coarse sketches."""
        return _bytes(np.rint(products(np.ascontiguousarray(self.directions.T), vectors).T / self.scale))

    def similarities(self, vectors: Floats, sketches: Numbers) -> Floats:
        """Return an estimate for each of `vectors` (rows) and sketches (columns)."""
        return _products(vectors * self.steps, sketches)

    def coarsely(self, vectors: Floats, coarse: NDArray[np.int8]) -> Floats:
        """Do the same with coarse sketches."""
        return _products(vectors @ self.directions * self.scale, coarse)


def _step(values: Floats) -> Floats:
    """Return what a byte is worth so that it reaches a little further than any value in a column."""
    reach = np.abs(values).max(axis=0) * np.float32(_MARGIN)
    step: Floats = np.maximum(reach, np.float32(1e-6)) / np.float32(127)
    return step


def _bytes(steps: Floats) -> NDArray[np.int8]:
    made: NDArray[np.int8] = steps.clip(-127, 127).astype(np.int8)
    return made


def _two_bytes(steps: Floats) -> NDArray[np.int16]:
    made: NDArray[np.int16] = steps.clip(-32767, 32767).astype(np.int16)
    return made


def _products(vectors: Floats, sketches: Numbers) -> Floats:
    """Return the product of each of `vectors` (rows) with each sketch (columns)."""
    weights = np.ascontiguousarray(vectors.T)
    found = np.empty((len(sketches), len(vectors)), np.float32)
    block = np.empty((min(max(BLOCK // weights.size, 1), len(sketches)), len(weights)), np.float32)
    for start in range(0, len(sketches), max(len(block), 1)):
        some = sketches[start : start + len(block)]
        np.copyto(block[: len(some)], some)
        np.matmul(block[: len(some)], weights, out=found[start : start + len(some)])
    return np.ascontiguousarray(found.T)
