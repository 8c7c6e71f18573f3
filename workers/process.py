"""What is done for a report: stored copies, vectors, search. Each step commits, so a killed worker's successor goes on.

The vectors are committed before the search: two reports at the same moment would otherwise miss each other for ever.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Literal

import psycopg
import structlog

from db import calibrations
from db.leases import LeaseLostError, StoredPhoto, WorkLease
from db.models import EmbeddingModel
from db.store import Store
from reunite.announce import announce, announce_sealed
from reunite.entities import Photo, PhotoState, ReportKind, ReportState
from reunite.errors import PhotoGoneError, TellUserError, TryAgainError
from reunite.matching import colours, defaults
from reunite.matching.evidence import MOST_CANDIDATES
from reunite.matching.scoring import score
from reunite.messages import keys, wording
from workers import photos
from workers.batching import BatchingEncoder
from workers.embed import embed, unembedded
from workers.fetch import PhotoFetcher
from workers.slack_files import SlackFiles

Outcome = Literal["done", "again", "failed", "overtaken"]

MOST_FAILURES: Final = 6
"""After so many tries (about a minute) temporary trouble is said instead of tried again."""
INTAKE_AT_ONCE: Final = 2
"""How many photos are decoded at once: the largest takes hundreds of megabytes while it is open."""
_FIRST_PAUSE: Final = 2.0
"""Seconds before the second try; doubled for each one after."""

_FRESH_LINK: Final = 15.0
"""Seconds after which a photo whose link had expired is tried again, if the bot has not brought a fresh one before."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Processor:
    """Processes reports with one encoder. `slack_files` opens photos that are behind a token."""

    store: Store
    encoder: BatchingEncoder
    model: EmbeddingModel
    fetcher: PhotoFetcher
    slack_files: SlackFiles
    lease_seconds: float = 30
    intake: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(INTAKE_AT_ONCE))

    async def process(self, lease: WorkLease) -> Outcome:
        """Bring a report as far as it can be brought, and tell how that went; nothing is raised."""
        log = _log.bind(work=str(lease.work), report=str(lease.report), failures=lease.failures)
        if lease.fence - lease.failures > MOST_FAILURES:  # leases that ended in neither success nor failure
            log.error("work_kills_workers")
            return await self._give_up(lease, "its workers ended without a word")
        try:
            async with self._kept(lease):
                await self._store_photos(lease)
                await self._embed(lease)
                await self._search(lease)
        except LeaseLostError:
            log.info("work_overtaken")
            return "overtaken"
        except (TryAgainError, psycopg.OperationalError, OSError) as error:
            log.warning("work_interrupted", error=type(error).__name__)
            return await self._again(lease, f"{type(error).__name__}: {error}", getattr(error, "after", None))
        except Exception as error:  # one report's defect must not end the worker
            log.exception("work_defect")
            return await self._again(lease, f"{type(error).__name__}: {error}", None)
        log.info("work_done")
        return "done"

    @asynccontextmanager
    async def _kept(self, lease: WorkLease) -> AsyncIterator[None]:
        """Keep the lease for as long as the work takes."""

        async def keep() -> None:
            while True:
                await asyncio.sleep(self.lease_seconds / 3)
                async with self.store.work_session(lease) as session:
                    await session.extend(self.lease_seconds)

        keeper = asyncio.create_task(keep())
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)

    async def _again(self, lease: WorkLease, problem: str, after: float | None) -> Outcome:
        if lease.failures + 1 >= MOST_FAILURES:
            return await self._give_up(lease, problem)
        try:
            async with self.store.work_session(lease) as session:
                await session.retry(problem, after or _FIRST_PAUSE * 2**lease.failures)
                return "again"
        except (LeaseLostError, psycopg.OperationalError):
            return "overtaken"  # the lease runs out by itself, and the sweep finds the work

    async def _give_up(self, lease: WorkLease, problem: str) -> Outcome:
        try:
            async with self.store.work_session(lease) as session:
                await session.give_up(problem)
                report = await session.reports.get(lease.report)
                said = wording.problem("our_fault", report.language if report else "en", lease.report)
                await session.outbox.post(lease.report, keys.work_failed(lease.work), said)
                return "failed"
        except (LeaseLostError, psycopg.OperationalError):
            return "overtaken"

    # Stored copies

    async def _store_photos(self, lease: WorkLease) -> None:
        async with self.store.work_session(lease) as session:
            pending = [photo for photo in await session.photos.of(lease.report) if photo.state is PhotoState.PENDING]
        outcomes = await asyncio.gather(
            *(self._store_photo(lease, photo) for photo in pending), return_exceptions=True
        )  # a photo that can't be had now keeps no other one waiting
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _store_photo(self, lease: WorkLease, photo: Photo) -> None:
        try:
            data = await self._photo_data(lease, photo)
            async with self.intake:
                stored = await asyncio.to_thread(_stored_photo, data)
        except TellUserError as error:
            is_last = (
                lease.failures + 1 >= MOST_FAILURES
            )  # a bot that is down must not keep the rest of the report back
            if isinstance(error, PhotoGoneError) and not is_last and await self._ask_for_link(lease, photo):
                raise TryAgainError("a photo's link has expired", after=_FRESH_LINK) from error
            await self._refuse_photo(lease, photo, error)
        except (LeaseLostError, psycopg.OperationalError):
            raise
        except Exception as error:  # whatever it is, in the end a photo must not keep the rest of its report back
            if lease.failures + 1 < MOST_FAILURES:
                raise
            _log.warning("photo_given_up", photo=str(photo.id), error=type(error).__name__)
            await self._refuse_photo(lease, photo, TellUserError("photo_unreachable"))
        else:
            async with self.store.work_session(lease) as session:
                await session.store_photo(photo.id, stored)

    async def _ask_for_link(self, lease: WorkLease, photo: Photo) -> bool:
        async with self.store.work_session(lease) as session:
            return photo.url is not None and await session.mark_stale(photo.id)

    async def _photo_data(self, lease: WorkLease, photo: Photo) -> bytes:
        if photo.url:
            async with self.store.work_session(lease) as session:
                report = await session.reports.get(lease.report)
            authorization = await self.slack_files.authorization(photo.url, report.target) if report else None
            return await self.fetcher.fetch(photo.url, authorization=authorization)
        async with self.store.work_session(lease) as session:
            return await session.photos.upload(photo.id) or b""

    async def _refuse_photo(self, lease: WorkLease, photo: Photo, error: TellUserError) -> None:
        async with self.store.work_session(lease) as session:
            report = await session.reports.get(lease.report)
            language = report.language if report else "en"
            # A sealed find's thread is read by all, and a file's name may say whose ID it is.
            name = f"#{photo.position + 1}" if report and report.sealed else photo.name
            reply = wording.problem(error.key, language, lease.report, **{"name": name, **error.params})
            if await session.refuse_photo(photo.id, error.key):
                await session.outbox.post(lease.report, keys.photo_problem(photo.id), reply)

    # Vectors

    async def _embed(self, lease: WorkLease) -> None:
        async with self.store.work_session(lease) as session:
            wanted = await unembedded(session, lease.report, self.model)
        rows = await embed(self.encoder, wanted)
        async with self.store.work_session(lease) as session:
            await session.embeddings.save(lease.report, self.model.id, rows, text=wanted.text)
            await session.open_if_pending(lease.report)

    # Search

    async def _search(self, lease: WorkLease) -> None:
        version = self.model.version
        model = await calibrations.newest(self.store, lease.community, version) or defaults.for_encoder(version)
        async with self.store.work_session(lease) as session:
            report = await session.reports.get(lease.report)
            if report and report.state is ReportState.OPEN:
                if report.text or any(photo.state is PhotoState.STORED for photo in await session.photos.of(report.id)):
                    search = await session.candidates.search(report, MOST_CANDIDATES)
                    await announce(session, report, search, score(search, model), percent=model.calibrated)
                    if report.kind is ReportKind.LOST and await session.reports.has_sealed():
                        hidden = await session.candidates.search(report, MOST_CANDIDATES, sealed=True)
                        await announce_sealed(session, report, score(hidden, model), percent=model.calibrated)
                else:
                    await session.reports.set_state(
                        report.id, ReportState.WITHDRAWN
                    )  # no photo could be used: nothing is left
            await session.finish()


def _stored_photo(data: bytes) -> StoredPhoto:
    copy = photos.make_stored_copy(data)
    return StoredPhoto(copy.jpeg, copy.sha256, copy.width, copy.height, colours.of_photo(photos.decode(copy.jpeg)))
