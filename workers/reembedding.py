"""Embeds everything with another encoder while workers use the live one. An interrupted run can be continued."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final
from uuid import UUID

import structlog

from db.embedding_models import EmbeddingModel
from db.monitoring import Monitoring
from db.store import Store
from reunite.errors import TryAgainError
from workers.embed import ReportEncoder, Unembedded, embed, find_unembedded, save

_ATTEMPTS: Final = 5
_PAUSE_SECONDS: Final = 0.2
_REPORTS_AT_ONCE: Final = 16
_PHOTOS_AT_ONCE: Final = 500
_DELETED_AT_ONCE: Final = 5000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many reports of the total are done; `failed` ones have a part that can't be embedded."""

    done: int
    total: int
    failed: int


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many old embeddings were deleted, and their size."""

    vectors: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Reembedding:
    """Embeds the reports that lack a model's embeddings; other models' embeddings are kept.

    Before each step it waits until no worker is busy, because live posts come first; but for at most `patience`
    seconds, so that it finishes even if posts never stop.
    """

    store: Store
    encoder: ReportEncoder
    model: EmbeddingModel
    patience: float = 10.0
    missed: bool = False
    """Whether to embed only reports from before the model was in use."""

    async def embed_all(self, show: Callable[[Progress], None]) -> Progress:
        """Embed all reports that lack embeddings, and call `show` after each step."""
        total, done, failed = await self._lacking(), 0, 0
        show(Progress(done, total, failed))
        async for community, reports in self._steps():
            await self._give_way()
            failed += await self._embed(community, reports)
            done += len(reports)
            show(Progress(done, max(total, done), failed))
        return Progress(done, max(total, done), failed)

    async def _lacking(self) -> int:
        total = 0
        for community in await self.store.communities():
            async with self.store.session(community) as session:
                total += await session.embeddings.count_lacking(self.model.id, missed=self.missed)
        return total

    async def _steps(self) -> AsyncIterator[tuple[UUID, Sequence[UUID]]]:
        for community in await self.store.communities():
            after: UUID | None = None
            while reports := await self._next(community, after):
                yield community, reports
                after = reports[-1]

    async def _next(self, community: UUID, after: UUID | None) -> list[UUID]:
        async with self.store.session(community) as session:
            return await session.embeddings.reports_lacking(self.model.id, _REPORTS_AT_ONCE, after, missed=self.missed)

    async def _give_way(self) -> None:
        until = monotonic() + self.patience
        while monotonic() < until and await self._is_busy():  # noqa: ASYNC110 - no event tells when workers are idle
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _is_busy(self) -> bool:
        return any(count.state == "in progress" for count in await Monitoring(self.store).work())

    async def _embed(self, community: UUID, reports: Sequence[UUID]) -> int:
        """Embed some reports; return how many have a part that can't be embedded."""
        async with self.store.session(community) as session:
            missing = [await find_unembedded(session, report, self.model) for report in reports]
        for attempt in range(_ATTEMPTS):
            try:
                return await self._embed_missing(community, reports, missing)
            except TryAgainError:  # a report was changed meanwhile
                await asyncio.sleep(_PAUSE_SECONDS * 2**attempt)
        return await self._embed_missing(community, reports, missing)

    async def _embed_missing(self, community: UUID, reports: Sequence[UUID], missing: Sequence[Unembedded]) -> int:
        everything = await asyncio.gather(*(embed(self.encoder, wanted) for wanted in missing))
        async with self.store.session(community) as session:
            is_live = await session.model_change.live_model() == self.model.id
            for report, wanted, embedded in zip(reports, missing, everything, strict=True):
                kept = (
                    embedded if is_live else replace(embedded, shown={})
                )  # the live encoder still decides what photos show
                await save(session, report, self.model, kept, wanted.text)
                for part, error in embedded.failed.items():
                    _log.warning("not_embedded", report=str(report), photo=str(part), error=type(error).__name__)
        return sum(bool(embedded.failed) for embedded in everything)

    async def take_over(self) -> None:
        """Update what photos show, which depends on the encoder, and let searches use the model from now on.

        In this order, another run can continue after a kill. Call `embed_all` again for reports that came in meanwhile.
        """
        for community in await self.store.communities():
            after: UUID | None = None
            while after := await self._update_shown(community, after):
                pass
        await self.store.embedding_models.make_live(self.model.id)

    async def _update_shown(self, community: UUID, after: UUID | None) -> UUID | None:
        async with self.store.session(community) as session:
            photos, vectors = await session.model_change.photos(self.model.id, _PHOTOS_AT_ONCE, after)
            shown = await asyncio.to_thread(self.encoder.things, vectors) if photos else ()
            for photo, things in zip(photos, shown, strict=True):
                await session.photos.set_shown(photo, things)
        return photos[-1] if photos else None

    async def delete_others(self) -> Deleted:
        """Delete the embeddings of all other models, in batches."""
        vectors = size = 0
        for community in await self.store.communities():
            deleted = _DELETED_AT_ONCE
            while deleted == _DELETED_AT_ONCE:
                async with self.store.session(community) as session:
                    deleted, freed = await session.model_change.delete_others(self.model.id, _DELETED_AT_ONCE)
                vectors, size = vectors + deleted, size + freed
        return Deleted(vectors, size)
