"""Vectors with the structure of CLIP's, for measuring: never plain noise, in which nothing is near anything.

A thing is a point near a curved surface of 48 dimensions: the centre of its kind, moved along the 12 directions in
which things of this kind differ. Some kinds are much more frequent than others. Photos and texts are noisy views of a
thing. All photos share one direction and all texts another, with a gap between them. Part of what a photo shows is in
the text, too; the rest is turned, so that it says something else to texts. The shares are set so that cosines are like
those of published CLIP vectors: .55 ± .06 between any two photos, .50 ± .07 between texts, .16 ± .04 between a text and
a photo, and between a thing's own text and photo three and a half deviations more.
"""

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Source = Literal["photo", "text"]

_KINDS, _SURFACE, _VARIETY = 200, 48, 12
_COMMON: Final = {"photo": 0.55, "text": 0.50}
"""The share of a vector's squared length that it has in common with all others of its source."""
_GAP: Final = 0.31
"""The cosine between what all photos and what all texts have in common."""
_SHARED: Final = 0.62
"""How much of a view is the same in a photo and in a text, and how much a view of its own adds in noise."""
_NOISE: Final = 0.35
_BATCH: Final = 8192


class Surface:
    """The surface in a number of dimensions."""

    def __init__(self, dimension: int) -> None:
        """Make the same surface each time."""
        noise = np.random.default_rng(dimension)
        axes = np.linalg.qr(noise.standard_normal((dimension, 2 + 2 * _SURFACE)))[0].T.astype(np.float32)
        spread = 1 / np.sqrt(1 + np.arange(_SURFACE) / 6)
        spread = (spread / np.linalg.norm(spread)).astype(np.float32)
        self._dimension = dimension
        self._common = {"photo": axes[0], "text": _GAP * axes[0] + np.sqrt(1 - _GAP**2) * axes[1]}
        turn = np.linalg.qr(noise.standard_normal((_SURFACE, _SURFACE)))[0].astype(np.float32)
        own = axes[2 + _SURFACE :]
        shared = _SHARED * axes[2 : 2 + _SURFACE]
        rest = np.float32(np.sqrt(1 - _SHARED**2))
        self._views = {"photo": shared + rest * (turn @ own), "text": shared - rest * (turn.T @ own[::-1])}
        self._centres = noise.standard_normal((_KINDS, _SURFACE), np.float32) * spread
        self._variety = noise.standard_normal((_KINDS, _VARIETY, _SURFACE), np.float32) * spread / np.sqrt(_VARIETY)
        frequency = 1 / np.arange(1, _KINDS + 1) ** 0.7
        self._frequency = frequency / frequency.sum()

    def things(self, count: int, random: np.random.Generator) -> Floats:
        kinds = random.choice(_KINDS, count, p=self._frequency)
        differ = random.standard_normal((count, _VARIETY), np.float32)
        points = np.empty((count, _SURFACE), np.float32)
        for start in range(0, count, _BATCH):
            some = slice(start, start + _BATCH)
            moved = np.einsum("nv,nvs->ns", differ[some], self._variety[kinds[some]])
            points[some] = self._centres[kinds[some]] + 0.8 * moved
        curved: Floats = np.tanh(3 * points)
        return curved

    def views(self, things: Floats, source: Source, random: np.random.Generator) -> Floats:
        """Return a vector of length 1 for each thing."""
        seen = things @ self._views[source]
        seen /= np.linalg.norm(seen, axis=1, keepdims=True)
        blur = random.standard_normal(seen.shape, np.float32) / np.float32(np.sqrt(self._dimension))
        seen = np.float32(np.sqrt(1 - _NOISE**2)) * seen + np.float32(_NOISE) * blur
        common = np.float32(_COMMON[source])
        found: Floats = np.sqrt(common) * self._common[source] + np.sqrt(1 - common) * seen
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        return found
