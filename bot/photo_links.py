"""Renews expired links to photos, which only the bot can ask its platform for."""

import asyncio
from collections import Counter
from time import monotonic
from typing import Final
from uuid import UUID

import structlog

from db.cancellation import stop
from db.delivery import StalePhoto
from db.repeating import repeat
from db.store import Store
from db.trouble import TEMPORARY, log_failure
from reunite.ports import Platform

_POLL_SECONDS: Final = 1.0
_CONSIDERED: Final = 500
_AT_ONCE: Final = 16
_AT_ONCE_EACH: Final = 2
"""Links of one community: where its platform is slow, others' don't wait."""
_PAUSE_SECONDS: Final = 30.0
"""Seconds before the platform is asked again for a link that it didn't give."""

_log = structlog.get_logger(__name__)


class PhotoLinks:
    """Renews the links that workers have found expired."""

    def __init__(self, store: Store, platform: Platform, *, timeout_seconds: float) -> None:
        self._store = store
        self._platform = platform
        self._timeout_seconds = timeout_seconds
        self._in_progress: dict[asyncio.Task[None], tuple[UUID, UUID]] = {}
        """The requests under way, each with its community and photo."""
        self._paused: dict[UUID, float] = {}
        """Until when each photo waits."""

    async def run(self) -> None:
        """Renew links until cancelled."""
        try:
            await repeat(self._start_due, _POLL_SECONDS, "photo_links")
        finally:
            await stop(*self._in_progress)

    async def _start_due(self) -> None:
        self._paused = {photo: until for photo, until in self._paused.items() if until > monotonic()}
        busy, asked = Counter(community for community, _ in self._in_progress.values()), set(self._in_progress.values())
        for community, photo in await self._store.delivery.stale_photos(self._platform.name, _CONSIDERED):
            if len(self._in_progress) >= _AT_ONCE:
                return
            if photo in self._paused or (community, photo) in asked or busy[community] >= _AT_ONCE_EACH:
                continue
            task = asyncio.create_task(self._renew(community, photo))
            busy[community] += 1
            self._in_progress[task] = community, photo
            task.add_done_callback(self._in_progress.pop)

    async def _renew(self, community: UUID, photo: UUID) -> None:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                if stale := await self._store.delivery.stale_photo(community, photo):
                    await self._renew_stale(stale)
        except Exception as error:  # noqa: BLE001 - nobody awaits this
            self._paused[photo] = monotonic() + _PAUSE_SECONDS
            log_failure(_log, "photo_link", error, platform=self._platform.name, photo=str(photo))

    async def _renew_stale(self, stale: StalePhoto) -> None:
        try:
            url = await self._platform.photo_url(stale.post, stale.photo.name)
        except TEMPORARY:
            raise
        except Exception as error:  # noqa: BLE001 - the photo counts as gone
            ids = {"platform": self._platform.name, "photo": str(stale.photo.id)}
            _log.warning("photo_link_unavailable", error=type(error).__name__, **ids)
            url = None
        async with self._store.session(stale.community) as session:
            await session.photos.refresh(stale.photo.id, url)
