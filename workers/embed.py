"""Embeds reports: from stored copies and texts to rows of embeddings."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from db.embeddings import EmbeddingRow, EmbeddingSession, of_photo, of_text
from db.store import EmbeddingModel, Store
from reunite.text.parts import parts
from workers import photos
from workers.batching import BatchingEncoder


@dataclass(frozen=True, slots=True)
class Unembedded:
    """The parts of a report without embeddings: stored copies by photo, and the text (empty if it has them)."""

    copies: dict[UUID, bytes]
    text: str


async def unembedded(session: EmbeddingSession, report: UUID, model: EmbeddingModel) -> Unembedded:
    """Read the parts of a report without embeddings of a model."""
    photo_ids, text_lacks = await session.unembedded(report, model.id)
    known = await session.report(report)
    copies = {photo: await session.photo_bytes(photo) or b"" for photo in photo_ids}
    return Unembedded(copies, known.text if known and text_lacks else "")


async def embed(encoder: BatchingEncoder, wanted: Unembedded) -> list[EmbeddingRow]:
    """Embed the parts in every space of the encoder."""
    rows: list[EmbeddingRow] = []
    if wanted.copies:
        pixels = await asyncio.gather(*(asyncio.to_thread(photos.decode, copy) for copy in wanted.copies.values()))
        vectors = await encoder.images(pixels)
        rows += [row for index, photo in enumerate(wanted.copies) for row in of_photo(photo, vectors, index)]
    if wanted.text:
        rows += of_text(await encoder.texts(parts(wanted.text) or [wanted.text]))
    return rows


async def reembed(
    store: Store,
    encoder: BatchingEncoder,
    model: EmbeddingModel,
    progress: Callable[[int, str], None],
    at_once: int = 16,
) -> int:
    """Embed everything without embeddings of a model, keeping other models' embeddings; return the number of reports.

    Calls `progress` with how many are done, and the community of the latest.
    """
    done = 0
    for community in await store.communities():
        while count := await _reembed_some(store, encoder, model, community, at_once):
            done += count
            progress(done, str(community))
    return done


async def _reembed_some(
    store: Store, encoder: BatchingEncoder, model: EmbeddingModel, community: UUID, limit: int
) -> int:
    """Embed up to `limit` reports of a community; return how many there were."""
    async with store.embedding_session(community) as session:
        reports = await session.reports_without(model.id, limit)
        missing = [await unembedded(session, report, model) for report in reports]
    if not reports:
        return 0
    rows = await asyncio.gather(*(embed(encoder, some) for some in missing))
    async with store.embedding_session(community) as session:
        for report, some, own_rows in zip(reports, missing, rows, strict=True):
            await session.save_embeddings(report, model.id, own_rows, text=some.text)
    return len(reports)
