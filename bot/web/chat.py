"""What the page shows: read anew from the database whenever it may have changed, and passed on as differences."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog

from bot.web import render
from bot.web.render import Json
from db.store import Store
from db.web import WebSession, web_session
from reunite.model import ReplyTarget

WORKSPACE: Final = "local"
"""The page's one workspace."""
MOST_POSTS: Final = 200
"""How many posts the page shows, newest first."""
_POLL_PENDING, _POLL_IDLE = 0.5, 5.0
"""Seconds until the next look while a worker has something of ours in hand, and else."""

_log = structlog.get_logger(__name__)


def at(channel: str, message: int) -> ReplyTarget:
    """Name a message of the page to the domain."""
    return ReplyTarget("web", WORKSPACE, channel, str(message))


@dataclass(frozen=True, slots=True)
class View:
    """The page at one moment."""

    messages: dict[int, Json] = field(default_factory=dict)
    encoder: Json | None = None

    def is_waiting(self) -> bool:
        """Tell whether a worker is about to change something: a report, or the choice of the encoder."""
        reports = (each["report"] for each in self.messages.values() if each["report"])
        return self.encoder is None or any(report["looking"] for report in reports)

    def since(self, before: "View") -> Json:
        """Return what differs from an earlier view."""
        return {
            "encoder": self.encoder,
            "messages": [each for key, each in self.messages.items() if before.messages.get(key) != each],
            "removed": sorted(before.messages.keys() - self.messages.keys()),
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
        view = View(render.board(messages), render.encoder(await self._store.live_model()))
        if view != self._view:
            self._view = view
            for watcher in self._watchers:
                watcher.set()

    async def updates(self) -> AsyncIterator[Json]:
        """Yield the whole view, then each time what has changed since; a slow reader gets several changes as one."""
        watcher = asyncio.Event()
        self._watchers.add(watcher)
        try:
            shown = self._view
            yield {"all": True, **shown.since(View())}
            while True:
                await watcher.wait()
                watcher.clear()
                before, shown = shown, self._view
                yield {"all": False, **shown.since(before)}
        finally:
            self._watchers.discard(watcher)
