"""The port through which photos and words become vectors."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""A photo's pixels: height × width × 3, RGB."""
Vectors = NDArray[np.float32]
"""n × dimension, rows of length 1."""

PHOTO_SPACE, TEXT_SPACE, SHARED_SPACE = "photo", "text", "shared"


class Encoder(Protocol):
    """Turns photos and words into vectors, one array a space.

    A space's name says for which kinds of pair it serves: `photo` for photo–photo, `text` for text–text, `shared` for
    text–photo (and for the others where the encoder has no space of their own).
    """

    @property
    def version(self) -> str:
        """Name and revision: equal versions give equal vectors."""
        ...

    @property
    def spaces(self) -> Mapping[str, int]:
        """Each space's dimension."""
        ...

    def encode_images(self, images: Sequence[Pixels]) -> Mapping[str, Vectors]:
        """Vectors of the photos in the spaces that photos have, row i for image i. Blocks for long."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> Mapping[str, Vectors]:
        """Vectors of the texts in the spaces that texts have, row i for text i. Blocks for long."""
        ...
