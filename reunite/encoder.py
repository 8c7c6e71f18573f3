"""The port through which photos and texts become embeddings."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""A photo's pixels: height × width × 3, RGB."""
Vectors = NDArray[np.float32]
"""n × dimension, rows of length 1."""

EncoderKind = Literal["clip", "concept"]

PHOTO_SPACE, TEXT_SPACE, SHARED_SPACE = "photo", "text", "shared"


class Encoder(Protocol):
    """Turns photos and texts into embeddings, one array for each space.

    The spaces are named after the pair kinds they serve: `photo` for photo–photo, `text` for text–text, and `shared`
    for text–photo (and for the others, if the encoder has no space of their own).
    """

    @property
    def version(self) -> str:
        """Name and revision: equal versions give equal embeddings."""
        ...

    @property
    def spaces(self) -> Mapping[str, int]:
        """The dimension of each space."""
        ...

    def encode_images(self, images: Sequence[Pixels]) -> Mapping[str, Vectors]:
        """Embed photos in the spaces that photos have, row i for image i. Blocks for a long time."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> Mapping[str, Vectors]:
        """Embed texts in the spaces that texts have, row i for text i. Blocks for a long time."""
        ...


@runtime_checkable
class NamesThings(Protocol):
    """An encoder that can also say what photos show."""

    def things(self, photos: Vectors) -> Sequence[tuple[str, ...]]:
        """Return English nouns for each row of photos' vectors in the shared space, only where it's sure."""
        ...
