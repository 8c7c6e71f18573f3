"""Scalar quantisation: a byte or two for each number of a vector, and a byte for each of its principal components.

The first-stage scan compares the components, found by PCA (principal component analysis) without centring.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from db.products import Floats, products

AXES: Final = 48
"""Enough axes to tell which quantised vectors are worth comparing."""
_ITERATIONS: Final = 6
_MARGIN: Final = 1.1
"""Headroom for vectors that reach further than those of the sample."""
_PRECISE_STEPS: Final = 64
"""A step of two bytes is this much smaller than one of one byte. 256 would fit, but leave no headroom."""

Numbers = NDArray[np.int8] | NDArray[np.int16]
"""Quantised numbers, one or two bytes each."""


@dataclass(frozen=True, slots=True)
class PrincipalAxes:
    """The principal axes of vectors, with the size of a step along each axis (`scale`) and of each number (`steps`)."""

    directions: Floats
    """A row for each axis."""
    scale: Floats
    steps: Floats
    sample: int
    """How many vectors they were computed from."""
    precise: bool = False
    """Whether quantised vectors have two bytes per number, which makes them as good as vectors."""

    @classmethod
    def of(cls, vectors: Floats, *, precise: bool = False) -> "PrincipalAxes":
        """Compute the axes along which vectors vary most, measured from the origin."""
        count = min(AXES, *vectors.shape)
        found = np.random.default_rng(0).standard_normal((vectors.shape[1], count), np.float32)
        for _ in range(_ITERATIONS):
            found = np.linalg.qr(vectors.T @ (vectors @ found))[0]
        steps = _step(vectors) / np.float32(_PRECISE_STEPS) if precise else _step(vectors)
        return cls(np.ascontiguousarray(found.T), _step(vectors @ found), steps, len(vectors), precise)

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return self.directions.nbytes + self.scale.nbytes + self.steps.nbytes

    def quantise(self, vectors: Floats) -> Numbers:
        steps = np.rint(vectors / self.steps)
        return _two_bytes(steps) if self.precise else _bytes(steps)

    def project(self, vectors: Floats) -> NDArray[np.int8]:
        """Return the position along each axis, quantised, for the first-stage scan."""
        return _bytes(np.rint(products(vectors, self.directions) / self.scale))

    def similarities(self, vectors: Floats, quantised: Numbers) -> Floats:
        """Estimate the similarity of each vector (row) and each quantised one (column)."""
        return products(vectors * self.steps, quantised)

    def first_stage_similarities(self, vectors: Floats, projections: NDArray[np.int8]) -> Floats:
        """Estimate similarities by the positions along the axes."""
        return products(products(vectors, self.directions) * self.scale, projections)


def _step(values: Floats) -> Floats:
    """Return the step with which a byte covers a little more than the values of each column."""
    reach = np.abs(values).max(axis=0) * np.float32(_MARGIN)
    step: Floats = np.maximum(reach, np.float32(1e-6)) / np.float32(127)
    return step


def _bytes(steps: Floats) -> NDArray[np.int8]:
    made: NDArray[np.int8] = steps.clip(-127, 127).astype(np.int8)
    return made


def _two_bytes(steps: Floats) -> NDArray[np.int16]:
    made: NDArray[np.int16] = steps.clip(-32767, 32767).astype(np.int16)
    return made
