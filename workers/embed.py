"""Embeds reports: from stored copies and texts to rows of embeddings."""

import asyncio
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol
from uuid import UUID

import numpy as np

from db.embedding_models import EmbeddingModel
from db.embeddings import EmbeddingRow, of_photo, of_text
from db.session import CommunitySession
from reunite.encoder import SHARED_SPACE, Framing, Vectors, Views
from reunite.entities import Photo
from reunite.errors import DefectError
from workers import photos
from workers.framing import framed


class ReportEncoder(Protocol):
    """Embeds the parts of reports."""

    @property
    def framing(self) -> Framing:
        """Which views of a photo the encoder needs."""

    async def photo(self, name: str, views: Views) -> Mapping[str, Vectors]:
        """Embed a photo: arrays by space, of one row."""

    async def text(self, text: str) -> Mapping[str, Vectors]:
        """Embed a text: arrays by space, row i for the i-th thing that it is about."""

    def things(self, photos: Vectors) -> Sequence[tuple[str, ...]]:
        """Name what each photo clearly shows, in English nouns, from its row in the shared space."""

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Unembedded:
    """A report's parts without embeddings: photos as views or stored copies, and the text, if it lacks them."""

    photos: Mapping[UUID, Views | bytes]
    text: str
    names: Mapping[UUID, str] = field(default_factory=dict)
    """The photos' file names."""
    whole_text: str = ""
    """The report's text, whether it has embeddings or not."""

    @property
    def parts(self) -> list[UUID | None]:
        """The photos without embeddings, and None if the text has none."""
        return [*self.photos, *([None] if self.text else [])]

    def with_views(self, views: Mapping[UUID, Views], photos: Sequence[Photo]) -> "Unembedded":
        """Add photos that have been stored since, with their views; all in the order of the report's `photos`."""
        pictures = {**self.photos, **views}
        names = {photo.id: photo.name for photo in photos if photo.id in pictures}
        return replace(self, photos={photo: pictures[photo] for photo in names}, names=names)

    def pieces(self) -> list["Unembedded"]:
        """Split into single parts, always in the same order; the last one is the text, which may be empty."""
        photos = [Unembedded({photo: picture}, "", self.names) for photo, picture in self.photos.items()]
        return [*photos, Unembedded({}, self.text)]


@dataclass(frozen=True, slots=True)
class Embedded:
    """Rows of embeddings, and the errors of parts that failed (None is the text)."""

    rows: list[EmbeddingRow]
    failed: dict[UUID | None, Exception]
    shown: dict[UUID, tuple[str, ...]] = field(default_factory=dict)
    """What each photo clearly shows."""


async def find_unembedded(session: CommunitySession, report: UUID, model: EmbeddingModel) -> Unembedded:
    """Read a report's text and stored photos that have no embeddings of a model."""
    lacking = await session.embeddings.lacking(report, model.id)
    copies = await session.photos.stored_copies(lacking.photos)
    wanted = {photo: copies.get(photo, b"") for photo in lacking.photos}
    return Unembedded(wanted, lacking.text if lacking.lacks_text else "", lacking.photos, lacking.text)


async def embed(encoder: ReportEncoder, wanted: Unembedded) -> Embedded:
    """Embed the parts in all spaces of the encoder; each part can fail without the others."""
    tasks: dict[UUID | None, Awaitable[list[EmbeddingRow]]] = {
        photo: _photo(encoder, photo, wanted.names.get(photo, ""), picture) for photo, picture in wanted.photos.items()
    }
    if wanted.text:
        tasks[None] = _text(encoder, wanted.text)
    embedded = Embedded([], {})
    for part, outcome in zip(tasks, await asyncio.gather(*tasks.values(), return_exceptions=True), strict=True):
        if isinstance(outcome, Exception):
            embedded.failed[part] = outcome
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            embedded.rows.extend(outcome)
    embedded.shown.update(_shown(encoder, embedded.rows))
    return embedded


async def save(session: CommunitySession, report: UUID, model: EmbeddingModel, embedded: Embedded, text: str) -> None:
    """Store embeddings, and what the photos show."""
    await session.embeddings.save(report, model.id, embedded.rows, text=text)
    for photo, things in embedded.shown.items():
        await session.photos.set_shown(photo, things)


def _shown(encoder: ReportEncoder, rows: Sequence[EmbeddingRow]) -> Iterator[tuple[UUID, tuple[str, ...]]]:
    for row in rows:
        if row.photo and row.space == SHARED_SPACE:
            yield row.photo, encoder.things(row.vector[None])[0]


async def _photo(encoder: ReportEncoder, photo: UUID, name: str, picture: Views | bytes) -> list[EmbeddingRow]:
    if isinstance(picture, bytes):
        picture = await asyncio.to_thread(_views_of, picture, encoder.framing)
    return of_photo(photo, checked(await encoder.photo(name, picture)), 0)


def _views_of(copy: bytes, framing: Framing) -> Views:
    return framed(photos.decode(copy), framing)


async def _text(encoder: ReportEncoder, text: str) -> list[EmbeddingRow]:
    return of_text(checked(await encoder.text(text)))


def checked(vectors: Mapping[str, Vectors]) -> Mapping[str, Vectors]:
    """Return vectors that the database can store. Raises DefectError for numbers that aren't finite."""
    if not all(np.isfinite(array).all() for array in vectors.values()):
        raise DefectError("The encoder's vectors contain values that aren't finite numbers.")
    return vectors
