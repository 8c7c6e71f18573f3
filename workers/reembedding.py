"""Embeds everything with another encoder while workers go on with the live one. Progress is stored as it's made."""

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

_TRIES: Final = 5
_PAUSE: Final = 0.2
_PHOTOS_AT_ONCE: Final = 500
_DELETED_AT_ONCE: Final = 5000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many reports are done, of how many; `failed` ones have a part that can't be embedded."""

    done: int
    total: int
    failed: int


@dataclass(frozen=True, slots=True)
class Deleted:
    """Old embeddings that are gone."""

    vectors: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Reembedding:
    """Embeds with a model what lacks its embeddings; those of other models stay.

    Before each step it waits until no worker is busy, but for no more than `patience` seconds: live posts come first,
    and the new model gets ready even if posts never stop.
    """

    store: Store
    encoder: ReportEncoder
    model: EmbeddingModel
    at_once: int = 16
    patience: float = 10.0
    missed: bool = False
    """Whether only reports are wanted that came in before the model was in use."""

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
            return await session.embeddings.reports_lacking(self.model.id, self.at_once, after, missed=self.missed)

    async def _give_way(self) -> None:
        until = monotonic() + self.patience
        while monotonic() < until and await self._is_busy():  # noqa: ASYNC110 - workers say nothing when they rest
            await asyncio.sleep(_PAUSE)

    async def _is_busy(self) -> bool:
        return any(count.state == "in progress" for count in await Monitoring(self.store).work())

    async def _embed(self, community: UUID, reports: Sequence[UUID]) -> int:
        """Embed some reports; return how many have a part that can't be."""
        async with self.store.session(community) as session:
            missing = [await find_unembedded(session, report, self.model) for report in reports]
        for attempt in range(_TRIES):
            try:
                return await self._embed_missing(community, reports, missing)
            except TryAgainError:  # members change reports meanwhile
                await asyncio.sleep(_PAUSE * 2**attempt)
        return await self._embed_missing(community, reports, missing)

    async def _embed_missing(self, community: UUID, reports: Sequence[UUID], missing: Sequence[Unembedded]) -> int:
        everything = await asyncio.gather(*(embed(self.encoder, wanted) for wanted in missing))
        async with self.store.session(community) as session:
            is_live = await session.items.live_model() == self.model.id
            for report, wanted, embedded in zip(reports, missing, everything, strict=True):
                kept = embedded if is_live else replace(embedded, shown={})  # which the live encoder says
                await save(session, report, self.model, kept, wanted.text)
                for part, error in embedded.failed.items():
                    _log.warning("not_embedded", report=str(report), photo=str(part), error=type(error).__name__)
        return sum(bool(embedded.failed) for embedded in everything)

    async def take_over(self) -> None:
        """Say again what photos show, because encoders differ in that, and let searches use the model from now on.

        In this order, a run after a kill does the rest. What came in meanwhile lacks embeddings: embed all again.
        """
        for community in await self.store.communities():
            after: UUID | None = None
            while after := await self._show_again(community, after):
                pass
        await self.store.embedding_models.make_live(self.model.id)

    async def _show_again(self, community: UUID, after: UUID | None) -> UUID | None:
        async with self.store.session(community) as session:
            photos, vectors = await session.model_change.photos(self.model.id, _PHOTOS_AT_ONCE, after)
            shown = await asyncio.to_thread(self.encoder.things, vectors) if photos else ()
            for photo, things in zip(photos, shown, strict=True):
                await session.photos.set_shown(photo, things)
        return photos[-1] if photos else None

    async def delete_others(self) -> Deleted:
        """Delete the embeddings of all other models, a few thousand at a time."""
        vectors = size = 0
        for community in await self.store.communities():
            gone = _DELETED_AT_ONCE
            while gone == _DELETED_AT_ONCE:
                async with self.store.session(community) as session:
                    gone, freed = await session.model_change.delete_others(self.model.id, _DELETED_AT_ONCE)
                vectors, size = vectors + gone, size + freed
        return Deleted(vectors, size)
