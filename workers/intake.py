"""Fetches and stores photos independently: a problem with one doesn't hold up the others."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import psycopg
import structlog

from db.leases import LeaseLostError, WorkLease, WorkSession
from db.store import Store
from reunite import rules
from reunite.encoder import Views
from reunite.entities import Photo, PhotoState, ReplyTarget, ReportState
from reunite.errors import (
    DefectError,
    PhotoGoneByPageError,
    PhotoGoneError,
    PhotoNotPermittedByPageError,
    TellUserError,
    TryAgainError,
)
from reunite.messages import keys, wording
from reunite.messages.keys import ReplyKey
from reunite.sealing_advice import advise_sealing
from workers.budget import ByteBudget
from workers.decoder.pool import Decoders
from workers.decoder.wire import Decoded
from workers.fetch import PhotoFetcher
from workers.slack_files import SlackFiles

MAX_FAILURES: Final = 6
"""After this many attempts, an error counts as permanent: about a minute, or an hour with a photo's host in trouble."""
IN_FLIGHT_BYTES: Final = 4 * rules.MAX_PHOTO_BYTES
"""How many bytes of posted files a worker holds in memory."""
PHOTOS_AT_ONCE: Final = 2
"""How many photos of one report are processed in parallel, so that ten large ones don't block other reports."""
_HOST_PAUSES: Final = (2.0, 15.0, 120.0, 600.0, 3600.0)
"""Seconds between the attempts to get a photo whose host is in trouble, which says nothing about the photo."""
_PAGE_PAUSES: Final = (2.0, 10.0, 30.0, 60.0, 300.0)
"""The same if a web page comes instead. It may be right: the link isn't a photo's, or the photo is gone."""
_LATE_SECONDS: Final = 120.0
"""A photo's host may ask us to wait this many seconds before we say in the thread that it takes longer."""
_FRESH_LINK_SECONDS: Final = 15.0
"""The least seconds before a photo with an expired link is retried, unless the bot brings a fresh link earlier."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report's photos in their order, and where its post is, if one of them has to be fetched."""

    photos: Sequence[Photo]
    post: ReplyTarget | None


@dataclass(slots=True)
class IntakeResult:
    """The views of photos that were stored now, and the errors of photos to retry."""

    views: dict[UUID, Views] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Intake:
    """Fetches photos, has them decoded, and stores them. `slack_files` authorises downloads from Slack."""

    store: Store
    fetcher: PhotoFetcher
    slack_files: SlackFiles
    decoders: Decoders
    in_flight: ByteBudget = field(default_factory=lambda: ByteBudget(IN_FLIGHT_BYTES))

    async def take(self, lease: WorkLease, waiting: Waiting) -> IntakeResult:
        """Store the report's pending photos; for those that can't be used, say why in the thread."""
        pending = [photo for photo in waiting.photos if photo.state is PhotoState.PENDING]
        limit = asyncio.Semaphore(PHOTOS_AT_ONCE)

        async def limited(photo: Photo) -> Views | None:
            async with limit:
                return await self._take_one(lease, photo, waiting.post)

        outcomes = await asyncio.gather(*map(limited, pending), return_exceptions=True)
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
        """Record that a photo can't be used, and say why in the thread."""
        async with self.store.work_session(lease) as session:
            if await session.refuse_photo(photo.id, error.key, photo.state):
                await self._post_problem(session, lease, photo, error)

    async def _note_late(self, lease: WorkLease, photo: Photo, error: Exception) -> None:
        """Say once in the thread that a photo takes longer, if its host asks us to wait for long."""
        if isinstance(error, TryAgainError) and (error.after or 0) > _LATE_SECONDS:
            async with self.store.work_session(lease) as session:
                key = keys.photo_late(lease.report)
                await self._post_problem(session, lease, photo, TellUserError("photo_late"), key)

    async def _post_problem(
        self, session: WorkSession, lease: WorkLease, photo: Photo, error: TellUserError, key: ReplyKey | None = None
    ) -> None:
        report = await session.reports.get(lease.report)
        if report and (report.quiet or report.state is ReportState.LOOK):
            return  # a quiet report's thread stays quiet, and a look has a reply of its own
        language = report.language if report else "en"
        # Everyone can read a sealed report's thread, and a file name may say whose ID it is.
        name = f"#{photo.position + 1}" if report and report.sealed else photo.name
        reply = wording.problem(error.key, language, lease.report, **{"name": name, **error.params})
        await session.outbox.post(lease.report, key or keys.photo_problem(photo.id), reply)

    async def _take_one(self, lease: WorkLease, photo: Photo, post: ReplyTarget | None) -> Views | None:
        try:
            decoded = await self._decoded(lease, photo, post)
            async with self.store.work_session(lease) as session:
                seen = decoded.sensitive
                is_stored = await session.store_photo(photo.id, decoded.jpeg, decoded.colours, decoded.flaw, seen)
                if is_stored and decoded.is_partial:
                    await self._post_problem(session, lease, photo, TellUserError("photo_partial"))
                if is_stored and seen and (report := await session.reports.get(lease.report)):
                    settings = await session.workspaces.settings_for(report.id)
                    await advise_sealing(session, report, settings, await session.photos.of(report.id))
                # Other work on the report may have stored it before, refused it or removed it.
                is_kept = is_stored or await _is_stored(session, photo.id)
        except TellUserError as error:
            is_last = lease.failures + 1 >= MAX_FAILURES  # don't wait forever for a bot that's down
            if isinstance(error, PhotoGoneError) and not is_last and await self._ask_for_link(lease, photo):
                pause = max(_FRESH_LINK_SECONDS, _HOST_PAUSES[lease.failures])
                later = TryAgainError("a photo's link has expired", pause)
                await self._note_late(lease, photo, later)
                raise later from error
            if _is_perhaps_a_proxys(photo, error) and not is_last:
                later = TryAgainError("a web page came instead of a photo", _PAGE_PAUSES[lease.failures])
                await self._note_late(lease, photo, later)
                raise later from error
            await self.refuse(lease, photo, error)
        except (LeaseLostError, psycopg.OperationalError):
            raise
        except Exception as error:
            if lease.failures + 1 < MAX_FAILURES:
                await self._note_late(lease, photo, error)
                raise
            _log.warning("photo_given_up", report=str(lease.report), photo=str(photo.id), error=type(error).__name__)
            is_unreachable = isinstance(error, TryAgainError | DefectError | OSError)
            await self.refuse(lease, photo, TellUserError("photo_unreachable" if is_unreachable else "photo_unusable"))
        else:
            return decoded.views if is_kept else None
        return None

    async def _decoded(self, lease: WorkLease, photo: Photo, post: ReplyTarget | None) -> Decoded:
        async with AsyncExitStack() as reserved:

            async def reserve(size: int) -> None:
                await reserved.enter_async_context(self.in_flight.reserved(size))

            if photo.url is None:
                await reserve(rules.MAX_PHOTO_BYTES)
                async with self.store.work_session(lease) as session:
                    data = await session.photos.upload(photo.id) or b""
            else:
                authorization = await self.slack_files.authorization(photo.url, post) if post else None
                with _host_in_trouble(lease.failures):
                    data = await self.fetcher.fetch(photo.url, authorization=authorization, reserve=reserve)
            return await self.decoders.decode(data)

    async def _ask_for_link(self, lease: WorkLease, photo: Photo) -> bool:
        async with self.store.work_session(lease) as session:
            return photo.url is not None and await session.mark_stale(photo.id)


def _is_perhaps_a_proxys(photo: Photo, error: TellUserError) -> bool:
    """Return whether an error comes from a web page that perhaps isn't the photo's host's."""
    is_page = error.key == "photo_is_web_page" and photo.url is not None
    return is_page or isinstance(error, PhotoGoneByPageError | PhotoNotPermittedByPageError)


@contextmanager
def _host_in_trouble(failures: int) -> Iterator[None]:
    """Let the pauses grow while a photo's host is in trouble: it says nothing about the photo."""
    try:
        yield
    except TryAgainError as error:
        pause = _HOST_PAUSES[min(failures, len(_HOST_PAUSES) - 1)]
        raise TryAgainError(str(error), max(error.after or 0.0, pause)) from error


async def find_waiting(session: WorkSession, report_id: UUID) -> Waiting:
    """Read what an intake needs to know about a report."""
    photos = await session.photos.of(report_id)
    is_fetched = any(photo.state is PhotoState.PENDING and photo.url is not None for photo in photos)
    report = await session.reports.get(report_id) if is_fetched else None
    return Waiting(photos, report.target if report else None)


async def _is_stored(session: WorkSession, photo: UUID) -> bool:
    now = await session.photos.get(photo)
    return now is not None and now.state is PhotoState.STORED
