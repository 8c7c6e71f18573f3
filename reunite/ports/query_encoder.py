"""Embeddings for a process without an encoder: a worker makes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from reunite.encoder import Vectors


@dataclass(frozen=True, slots=True)
class EncodedText:
    """A text's embeddings: an array for each space, with a row for each thing that the text is about."""

    vectors: Mapping[str, Vectors]


@dataclass(frozen=True, slots=True)
class EncodedPhoto:
    """A photo's embeddings, one row in each space, the shares of its colours, and what it clearly shows."""

    vectors: Mapping[str, Vectors]
    colours: tuple[float, ...]
    shows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Encoded:
    """The embeddings of several texts and photos, in their order, and the model that made them."""

    model: int
    texts: tuple[EncodedText, ...]
    photos: tuple[EncodedPhoto, ...]


class QueryEncoder(Protocol):
    """Has a worker embed what isn't a report."""

    async def encode(self, community: UUID, texts: Sequence[str] = (), photos: Sequence[bytes] = ()) -> Encoded:
        """Embed texts and photos as the worker embeds a report's; nothing of them is kept.

        Raises TellUserError if a photo can't be used, TryAgainError if no worker answers in time.
        """
