"""Fetches photos and stores them, each by itself: a problem with one doesn't hold up the others."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from uuid import UUID

import psycopg
import structlog

from db.leases import LeaseLostError, StoredPhoto, WorkLease, WorkSession
from db.store import Store
from reunite import rules
from reunite.encoder import Views
from reunite.entities import Category, Photo, PhotoState, ReportKind, ReportState
from reunite.errors import DefectError, PhotoGoneError, TellUserError, TryAgainError
from reunite.messages import keys, notices, wording
from workers.budget import ByteBudget
from workers.decoder.pool import Decoders
from workers.decoder.wire import Decoded
from workers.fetch import PhotoFetcher
from workers.slack_files import SlackFiles

MAX_FAILURES: Final = 6
"""After this many tries (about a minute), temporary trouble is reported to the author and not tried again."""
IN_FLIGHT_BYTES: Final = 4 * rules.MOST_PHOTO_BYTES
"""The budget for posted files that a worker holds in memory."""
PHOTOS_AT_ONCE: Final = 2
"""Photos of one report that are taken in parallel: ten heavy ones don't fill the queue for others."""
_FRESH_LINK: Final = 15.0
"""Seconds after which a photo whose link had expired is tried again, if the bot has not brought a fresh one before."""

_SEALED: Final[set[Category]] = {"id", "card"}
"""A community that suggests sealing neither gets no advice from what photos show."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class IntakeResult:
    """The views of the photos that were stored now, and why others could not be, so that they are tried again."""

    views: dict[UUID, Views] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Intake:
    """Fetches photos, has them opened, and stores them. `slack_files` opens those that are behind a token."""

    store: Store
    fetcher: PhotoFetcher
    slack_files: SlackFiles
    decoders: Decoders
    in_flight: ByteBudget = field(default_factory=lambda: ByteBudget(IN_FLIGHT_BYTES))

    async def take(self, lease: WorkLease) -> IntakeResult:
        """Store the report's photos that are not stored yet; what can't be used is said in words."""
        async with self.store.work_session(lease) as session:
            pending = [photo for photo in await session.photos.of(lease.report) if photo.state is PhotoState.PENDING]
        few = asyncio.Semaphore(PHOTOS_AT_ONCE)

        async def in_turn(photo: Photo) -> Views | None:
            async with few:
                return await self._take_one(lease, photo)

        outcomes = await asyncio.gather(*map(in_turn, pending), return_exceptions=True)
        taken = IntakeResult()
        for photo, outcome in zip(pending, outcomes, strict=True):
            match outcome:
                case LeaseLostError() | psycopg.OperationalError():
                    raise outcome
                case Exception():
                    taken.errors.append(outcome)
                case BaseException():
                    raise outcome
                case None:
                    pass
                case views:
                    taken.views[photo.id] = views
        return taken

    async def refuse(self, lease: WorkLease, photo: Photo, error: TellUserError) -> None:
        """Say in the thread why a photo can't be used, and forget it."""
        async with self.store.work_session(lease) as session:
            if await session.refuse_photo(photo.id, error.key, photo.state):
                await self._say(session, lease, photo, error)

    async def _say(self, session: WorkSession, lease: WorkLease, photo: Photo, error: TellUserError) -> None:
        report = await session.reports.get(lease.report)
        if report and (report.quiet or report.state is ReportState.LOOK):
            return  # nothing is said in an old thread; a look has none, and its own reply says so
        language = report.language if report else "en"
        # A sealed report's thread is read by all, and a file's name may say whose ID it is.
        name = f"#{photo.position + 1}" if report and report.sealed else photo.name
        reply = wording.problem(error.key, language, lease.report, **{"name": name, **error.params})
        await session.outbox.post(lease.report, keys.photo_problem(photo.id), reply)

    async def _take_one(self, lease: WorkLease, photo: Photo) -> Views | None:
        try:
            decoded = await self._opened(lease, photo)
            async with self.store.work_session(lease) as session:
                is_stored = await session.store_photo(photo.id, _stored(decoded))
                if is_stored and decoded.is_partial:
                    await self._say(session, lease, photo, TellUserError("photo_partial"))
                if is_stored and (decoded.has_face or decoded.has_card):
                    await _advise(session, lease, has_card=decoded.has_card)
        except TellUserError as error:
            is_last = lease.failures + 1 >= MAX_FAILURES  # a bot that is down must not keep the photo waiting
            if isinstance(error, PhotoGoneError) and not is_last and await self._ask_for_link(lease, photo):
                raise TryAgainError("a photo's link has expired", after=_FRESH_LINK) from error
            await self.refuse(lease, photo, error)
        except (LeaseLostError, psycopg.OperationalError):
            raise
        except Exception as error:
            if lease.failures + 1 < MAX_FAILURES:
                raise
            _log.warning("photo_given_up", photo=str(photo.id), error=type(error).__name__)
            on_the_way = isinstance(error, TryAgainError | DefectError | OSError)
            await self.refuse(lease, photo, TellUserError("photo_unreachable" if on_the_way else "photo_unusable"))
        else:
            return decoded.views
        return None

    async def _opened(self, lease: WorkLease, photo: Photo) -> Decoded:
        async with AsyncExitStack() as held:

            async def room(size: int) -> None:
                await held.enter_async_context(self.in_flight.reserved(size))

            if photo.url is None:
                await room(rules.MOST_PHOTO_BYTES)
                async with self.store.work_session(lease) as session:
                    data = await session.photos.upload(photo.id) or b""
            else:
                async with self.store.work_session(lease) as session:
                    report = await session.reports.get(lease.report)
                authorization = await self.slack_files.authorization(photo.url, report.target) if report else None
                data = await self.fetcher.fetch(photo.url, authorization=authorization, room=room)
            return await self.decoders.decode(data)

    async def _ask_for_link(self, lease: WorkLease, photo: Photo) -> bool:
        async with self.store.work_session(lease) as session:
            return photo.url is not None and await session.mark_stale(photo.id)


async def _advise(session: WorkSession, lease: WorkLease, *, has_card: bool) -> None:
    """Advise to seal a found report whose photo shows a card, or a face: it may be an ID."""
    report = await session.reports.get(lease.report)
    if report is None or report.kind is ReportKind.LOST or report.sealed or report.quiet:
        return
    if _SEALED & set((await session.workspaces.settings_for(report.id)).sealed_categories):
        advice = notices.card_seen(report) if has_card else notices.face_seen(report)
        await session.outbox.post(report.id, keys.sealing_advice(report.id), advice)


def _stored(decoded: Decoded) -> StoredPhoto:
    sha = sha256(decoded.jpeg).hexdigest()
    return StoredPhoto(decoded.jpeg, sha, decoded.width, decoded.height, decoded.colours)
