"""Vectors whose cosines follow the published statistics of CLIP B/32, for any photos and texts of known things.

A vector is a part that all of its kind share, which makes every cosine of a kind high; a part in a space that photos
and texts share; and, for texts, a part in a space that only texts have. Things differ in both spaces.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reunite.encoder import Vectors

Numbers = NDArray[np.float64]
_SPACE: Final = 36
"""Dimensions of each space: cosines within it have a deviation of 0.18."""
_PHOTO_COMMON, _TEXT_COMMON = 0.741, 0.708
"""Roots of typical cosines of photos (0.549) and of texts (0.501)."""
_PHOTO_SPREAD, _TEXT_SPREAD = 0.058, 0.083
_KINDS_COSINE: Final = 0.324
"""Of what all photos share with what all texts share: typical cosines of a text and a photo are 0.17."""
_SEEN: Final = 0.48
"""How much of a text's own part is about what a photo shows."""
_OF_PHOTO, _OF_TEXT, _OF_WORDS = 0.85, 0.85, 0.74
"""How close a photo, what a text says of its looks, and its words are to their thing; each varies."""
_VARIES: Final = 0.17
_KINDS, _OF_KIND = 60, 0.75
"""The number of kinds, and how close things of one kind are in their looks and in the words about them."""


@dataclass(frozen=True, slots=True)
class ClipLike:
    """Draws vectors; the same `seed` gives the same things."""

    rng: np.random.Generator
    kinds: Numbers = field(init=False)
    _looks: dict[object, Numbers] = field(default_factory=dict)
    _words: dict[object, Numbers] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", self.rng.laplace(size=(_KINDS, _SPACE)))

    def photo(self, thing: object) -> Vectors:
        """Draw a photo of a thing."""
        common = _varied(self.rng, _PHOTO_COMMON, _PHOTO_SPREAD)
        own = self._near(self._looks, thing, _OF_PHOTO)
        return _vector(np.concatenate([[common, 0.0], np.sqrt(1 - common**2) * own, np.zeros(_SPACE)]))

    def text(self, thing: object) -> Vectors:
        """Draw a text about a thing."""
        common = _varied(self.rng, _TEXT_COMMON, _TEXT_SPREAD)
        shared = [common * _KINDS_COSINE, common * np.sqrt(1 - _KINDS_COSINE**2)]
        seen, described = self._near(self._looks, thing, _OF_TEXT), self._near(self._words, thing, _OF_WORDS)
        own = np.concatenate([_SEEN * seen, np.sqrt(1 - _SEEN**2) * described])
        return _vector(np.concatenate([shared, np.sqrt(1 - common**2) * own]))

    def _near(self, space: dict[object, Numbers], thing: object, closeness: float) -> Numbers:
        close = _varied(self.rng, closeness, _VARIES)
        centre = self._centre(space, thing)
        other = self.rng.laplace(size=_SPACE)
        other = _unit(other - (other @ centre) * centre)
        near: Numbers = close * centre + np.sqrt(1 - close**2) * other
        return near

    def _centre(self, space: dict[object, Numbers], thing: object) -> Numbers:
        if thing not in space:
            own = _unit(self.rng.laplace(size=_SPACE))
            kind = _unit(self.kinds[self.rng.integers(_KINDS)])
            centre: Numbers = _OF_KIND * kind + np.sqrt(1 - _OF_KIND**2) * own
            space[thing] = _unit(centre)
        return space[thing]


def _varied(rng: np.random.Generator, mean: float, spread: float) -> float:
    return float(np.clip(rng.normal(mean, spread), 0.05, 0.97))


def _unit(vector: Numbers) -> Numbers:
    unit: Numbers = vector / np.linalg.norm(vector)
    return unit


def _vector(row: Numbers) -> Vectors:
    vectors: Vectors = _unit(row)[None].astype(np.float32)
    return vectors
