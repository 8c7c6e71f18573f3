"""What the page shows: read anew from the database whenever it may have changed, and passed on as differences."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from bot.web import render
from bot.web.render import Json, Viewer
from db.store import Store
from db.web import WebMessage, WebSession, web_session
from reunite.entities import ReplyTarget

WORKSPACE: Final = "local"
"""The page's one workspace."""
MOST_POSTS: Final = 100
"""How many posts of each channel the page shows, newest first."""
_POLL_PENDING, _POLL_IDLE = 0.5, 5.0
"""Seconds until the next look while a worker has something of ours in hand, and else."""

_log = structlog.get_logger(__name__)


def at(channel: str, message: int | None = None) -> ReplyTarget:
    """Name a message of the page, or a channel, to the domain."""
    return ReplyTarget("web", WORKSPACE, channel, None if message is None else str(message))


@dataclass(frozen=True, slots=True)
class View:
    """All that the page has at one moment."""

    messages: tuple[WebMessage, ...] = ()
    encoder: Json | None = None

    def is_waiting(self) -> bool:
        """Tell whether a worker is about to change something: a report, or the choice of the encoder."""
        return self.encoder is None or render.is_waiting(self.messages)


class Glance:
    """What one viewer has been shown, to tell them of differences only."""

    def __init__(self, viewer: Viewer) -> None:
        """Nothing is shown yet."""
        self._viewer = viewer
        self._shown: dict[int, Json] | None = None

    def update(self, view: View) -> Json:
        """Return the whole view the first time, then what differs from the last one."""
        before, self._shown = self._shown, render.board(view.messages, self._viewer)
        known = before or {}
        return {
            "all": before is None,
            "encoder": view.encoder,
            "messages": [each for key, each in self._shown.items() if known.get(key) != each],
            "removed": sorted(known.keys() - self._shown.keys()),
        }


class Chat:
    """The page's view of its community, and those who watch it."""

    def __init__(self, store: Store, community: UUID) -> None:
        """Read nothing yet."""
        self._store = store
        self._community = community
        self._view = View()
        self._changed = asyncio.Event()
        self._watchers: set[asyncio.Event] = set()

    def session(self) -> AbstractAsyncContextManager[WebSession]:
        """Open a transaction in the page's community."""
        return web_session(self._store, self._community)

    def changed(self) -> None:
        """Say that something was written, so that watchers see it at once."""
        self._changed.set()

    async def run(self) -> None:
        """Keep the view fresh until cancelled."""
        while True:
            pause = _POLL_PENDING if self._view.is_waiting() else _POLL_IDLE
            try:
                async with asyncio.timeout(pause):
                    await self._changed.wait()
            except TimeoutError:
                pass  # time for a look all the same
            self._changed.clear()  # before looking: what is written while we look wakes us again
            try:
                await self.refresh()
            except Exception:  # noqa: BLE001 - the page goes on with what it has, and the next look may go through
                _log.exception("page_refresh_failed")

    async def refresh(self) -> None:
        """Read the view and wake the watchers if it differs."""
        async with self.session() as session:
            messages = await session.messages(MOST_POSTS)
        view = View(tuple(messages), render.encoder(await self._store.models.live()))
        if view != self._view:
            self._view = view
            for watcher in self._watchers:
                watcher.set()

    async def updates(self, viewer: Viewer) -> AsyncIterator[Json]:
        """Yield all that a viewer may see, then what has changed; a slow reader gets several changes as one."""
        watcher = asyncio.Event()
        self._watchers.add(watcher)
        try:
            glance = Glance(viewer)
            while True:
                watcher.clear()
                yield glance.update(self._view)
                await watcher.wait()
        finally:
            self._watchers.discard(watcher)
