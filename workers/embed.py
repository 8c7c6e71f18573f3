"""From a report's stored copies and words to rows of vectors."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from db.embeddings import EmbeddingRow, of_photo, of_text
from db.models import EmbeddingModel
from db.session import CommunitySession
from db.store import Store
from reunite.text.parts import parts
from workers import photos
from workers.batching import BatchingEncoder


@dataclass(frozen=True, slots=True)
class Unembedded:
    """What of a report lacks vectors: stored copies by photo, and the text ("" where it has them)."""

    copies: dict[UUID, bytes]
    text: str


async def unembedded(session: CommunitySession, report: UUID, model: EmbeddingModel) -> Unembedded:
    """Read what of a report lacks vectors of a model."""
    photo_ids, text_lacks = await session.embeddings.lacking(report, model.id)
    known = await session.reports.get(report)
    copies = {photo: await session.photos.stored_copy(photo) or b"" for photo in photo_ids}
    return Unembedded(copies, known.text if known and text_lacks else "")


async def embed(encoder: BatchingEncoder, wanted: Unembedded) -> list[EmbeddingRow]:
    """Embed it, in every space of the encoder."""
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
    """Embed all that lacks vectors of a model, beside the other models' vectors; return how many reports that were.

    `progress` is told how many are done, and of which community the last ones were.
    """
    done = 0
    for community in await store.communities():
        while True:
            async with store.session(community) as session:
                reports = await session.embeddings.reports_lacking(model.id, at_once)
                wanted = [await unembedded(session, report, model) for report in reports]
            if not reports:
                break
            rows = await asyncio.gather(*(embed(encoder, each) for each in wanted))
            async with store.session(community) as session:
                for report, each, its_rows in zip(reports, wanted, rows, strict=True):
                    await session.embeddings.save(report, model.id, its_rows, text=each.text)
            done += len(reports)
            progress(done, str(community))
    return done
