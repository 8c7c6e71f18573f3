"""Renews expired links to photos, which only the bot can ask its platform for."""

import asyncio
from typing import Final

import structlog

from db.delivery import StalePhoto
from db.repeating import repeat
from db.store import Store
from db.trouble import TEMPORARY, logging_failures
from reunite.ports import Platform

_POLL_SECONDS: Final = 1.0
_AT_ONCE: Final = 10

_log = structlog.get_logger(__name__)


class PhotoLinks:
    """Renews the links that workers have found expired."""

    def __init__(self, store: Store, platform: Platform, *, timeout_seconds: float) -> None:
        self._store = store
        self._platform = platform
        self._timeout_seconds = timeout_seconds

    async def run(self) -> None:
        """Renew links until cancelled."""
        await repeat(self._renew, _POLL_SECONDS, "photo_links")

    async def _renew(self) -> None:
        for stale in await self._store.delivery.stale_photos(self._platform.name, _AT_ONCE):
            with logging_failures(_log, "photo_link", photo=str(stale.photo.id)):
                await self._renew_one(stale)

    async def _renew_one(self, stale: StalePhoto) -> None:
        log = _log.bind(platform=self._platform.name, photo=str(stale.photo.id))
        try:
            async with asyncio.timeout(self._timeout_seconds):
                url = await self._platform.photo_url(stale.post, stale.photo.name)
        except TEMPORARY as error:
            log.warning("photo_link_delayed", error=type(error).__name__)
            return
        except Exception as error:  # noqa: BLE001 - the photo counts as gone, and the others need theirs
            log.warning("photo_link_unavailable", error=type(error).__name__)
            url = None
        async with self._store.session(stale.community) as session:
            await session.photos.refresh(stale.photo.id, url)
