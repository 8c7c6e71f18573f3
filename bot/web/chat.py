"""The chat as the page shows it: read again whenever it may have changed, and sent to open pages as differences."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from aiohttp import web

from bot.web import render
from bot.web.render import Json, Viewer
from db.cancellation import wait_until_set
from db.store import Store
from db.trouble import log_failure
from db.web import WebMessage, WebSession, web_session
from reunite.entities import ReplyTarget

WORKSPACE: Final = "local"
"""The page's one workspace."""
DEFAULT_LANGUAGE: Final = "en"
"""The page's language until someone, or the first browser, chooses one."""
MAX_POSTS: Final = 100
"""Posts shown of each channel, newest first."""
_POLL_PENDING, _POLL_IDLE = 0.5, 5.0
"""Seconds until the next refresh while a worker is processing something on the page, and otherwise."""

_log = structlog.get_logger(__name__)


def target_of(channel: str, message: int | None = None) -> ReplyTarget:
    return ReplyTarget("web", WORKSPACE, channel, None if message is None else str(message))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything on the page at one moment."""

    messages: tuple[WebMessage, ...] = ()
    encoder: Json | None = None

    def is_pending(self) -> bool:
        """Return whether a worker is about to change something: a report, or the choice of the encoder."""
        return self.encoder is None or render.is_pending(self.messages)


class ViewerDiff:
    """Remembers what a viewer has seen, to send only differences."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._sent: dict[int, Json] | None = None

    def update(self, snapshot: Snapshot) -> Json:
        """Return the whole snapshot the first time, then what differs from the last one."""
        before, self._sent = self._sent, render.page(snapshot.messages, self._viewer)
        known = before or {}
        return {
            "all": before is None,
            "encoder": snapshot.encoder,
            "messages": [message for key, message in self._sent.items() if known.get(key) != message],
            "removed": sorted(known.keys() - self._sent.keys()),
        }


class Chat:
    """The page's community, and the pages that watch it."""

    def __init__(self, store: Store, community: UUID) -> None:
        self._store = store
        self._community = community
        self._snapshot = Snapshot()
        self._changed = asyncio.Event()
        self._reading = asyncio.Lock()
        self._watchers: set[asyncio.Event] = set()
        self.language = DEFAULT_LANGUAGE
        """The page's, and that of everything the bot says on it."""

    @property
    def is_empty(self) -> bool:
        """Return whether nobody has posted anything yet."""
        return not self._snapshot.messages

    def session(self) -> AbstractAsyncContextManager[WebSession]:
        """Open a transaction in the page's community."""
        return web_session(self._store, self._community)

    def changed(self) -> None:
        """Refresh soon, because something was written."""
        self._changed.set()

    async def run(self) -> None:
        """Keep the snapshot up to date until cancelled."""
        while True:
            pause = _POLL_PENDING if self._snapshot.is_pending() else _POLL_IDLE
            await wait_until_set(self._changed, pause)
            self._changed.clear()  # before reading, so that a later change wakes us again
            try:
                await self.refresh()
            except Exception as error:  # noqa: BLE001 - the page keeps what it has, and the next refresh may succeed
                log_failure(_log, "page_refresh", error)

    async def refresh(self) -> None:
        """Read the snapshot and wake the watchers if it differs."""
        async with self._reading:  # of two at once, the one that read first could end last
            async with self.session() as session:
                messages = await session.messages(MAX_POSTS)
            snapshot = Snapshot(tuple(messages), render.encoder(await self._store.embedding_models.live()))
            if snapshot != self._snapshot:
                self._snapshot = snapshot
                for watcher in self._watchers:
                    watcher.set()

    async def updates(self, viewer: Viewer) -> AsyncIterator[Json]:
        """Yield everything that a viewer may see, then each change; a slow reader gets several changes as one."""
        watcher = asyncio.Event()
        self._watchers.add(watcher)
        try:
            diff = ViewerDiff(viewer)
            while True:
                watcher.clear()
                yield diff.update(self._snapshot)
                await watcher.wait()
        finally:
            self._watchers.discard(watcher)


CHAT: Final = web.AppKey("chat", Chat)
"""Where the server keeps the page's chat."""
