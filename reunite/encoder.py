"""The port through which photos and texts become embeddings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""A photo's pixels: height × width × 3, RGB."""
Views = NDArray[np.uint8]
"""What an encoder sees of a photo: views × height × width × 3, RGB."""
Vectors = NDArray[np.float32]
"""n × dimension, rows of length 1."""

EncoderKind = Literal["clip", "concept"]

PHOTO_SPACE, TEXT_SPACE, SHARED_SPACE = "photo", "text", "shared"

BICUBIC: Final = 3
"""The number of Pillow's filter."""
Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@dataclass(frozen=True, slots=True)
class Framing:
    """The views that an encoder wants of a photo: parts around its centre, each scaled to `width` × `height`.

    With a `short_edge`, the photo is scaled to that first, and its centre is cut out; otherwise a part takes its share
    of both sides, and its shape changes to the view's. A `width` of 0: the photo as it is. With `goes_near`, parts are
    those around a small thing, if a photo clearly shows one; only without a `short_edge`.
    """

    width: int = 0
    height: int = 0
    short_edge: int | None = None
    shares: tuple[float, ...] = (1.0,)
    resample: int = BICUBIC
    goes_near: bool = False

    def shape(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Return the shape of the views of a photo of this size."""
        return len(self.shares), self.height or height, self.width or width, 3

    def boxes(self, width: int, height: int, thing: Box | None = None) -> list[Box]:
        """Return the part that each view shows of a photo of this size, or of what is around its thing (in shares)."""
        if self.short_edge is not None:
            return [self._centre(width, height, self.short_edge)]
        left, top, right, bottom = thing if thing and self.goes_near else (0.0, 0.0, 1.0, 1.0)
        margins = [((1 - share) / 2 * (right - left), (1 - share) / 2 * (bottom - top)) for share in self.shares]
        return [
            ((left + across) * width, (top + down) * height, (right - across) * width, (bottom - down) * height)
            for across, down in margins
        ]

    def least_reduction(self, width: int, height: int) -> float:
        """Return the least factor by which a part of a photo of this size is scaled down to its view."""
        if not self.width:
            return float("inf")
        boxes = self.boxes(width, height)
        return min(min((box[2] - box[0]) / self.width, (box[3] - box[1]) / self.height) for box in boxes)

    def _centre(self, width: int, height: int, short_edge: int) -> Box:
        # Rounded as image processors do.
        across, down = (short_edge * side // min(width, height) for side in (width, height))
        left, top = (across - self.width) // 2, (down - self.height) // 2
        right, bottom = left + self.width, top + self.height
        return left / across * width, top / down * height, right / across * width, bottom / down * height


WHOLE: Final = Framing()


class Encoder(Protocol):
    """Turns photos and texts into embeddings, one array for each space.

    The spaces are named after the pair kinds they serve: `photo` for photo–photo, `text` for text–text, and `shared`
    for text–photo (and for the others, if the encoder has no space of their own).
    """

    @property
    def version(self) -> str:
        """Name and revision: equal versions give equal embeddings."""

    @property
    def spaces(self) -> Mapping[str, int]:
        """The dimension of each space."""

    @property
    def framing(self) -> Framing:
        """Which views of a photo it wants."""

    def encode_images(self, images: Sequence[Views]) -> Mapping[str, Vectors]:
        """Embed photos in the spaces that photos have, row i for the views of photo i. Blocks for a long time."""

    def encode_texts(self, texts: Sequence[str]) -> Mapping[str, Vectors]:
        """Embed texts in the spaces that texts have, row i for text i. Blocks for a long time."""


@runtime_checkable
class NamesThings(Protocol):
    """An encoder that can also say what photos show."""

    def things(self, photos: Vectors) -> Sequence[tuple[str, ...]]:
        """Return English nouns for each row of photos' vectors in the shared space, only where it's sure."""
