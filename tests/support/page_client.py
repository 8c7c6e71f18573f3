"""A browser's part at the local page's server, over real HTTP and WebSockets, on the real store."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from aiohttp import ClientResponse, ClientSession, ClientWebSocketResponse, FormData

from bot.web.app import running
from bot.web.config import WebConfig
from bot.web.outbound import WebPlatform
from db.store import Store
from reunite.entities import Label, Match, Report, ReportState, Why
from reunite.handlers import Handlers
from reunite.messages import wording
from reunite.ports import Outgoing, ScoredPair
from tests.support.board import BOARD
from tests.support.keys import KEYS
from tests.support.queues import NoQueue
from tests.support.reports import reports_of
from tests.support.waiting import PATIENCE

Json = dict[str, Any]
ADA, BEN = "Ada", "Ben"
UMBRELLA_LOST = {"channel": "lost", "text": "/lost red umbrella", "name": ADA}
UMBRELLA_FOUND = {"channel": "found", "text": "by the tram", "name": BEN}


class Page:
    """A browser's part: posts, gives verdicts, watches."""

    def __init__(self, platform: WebPlatform, store: Store, http: ClientSession) -> None:
        self.platform, self.store, self.http = platform, store, http

    async def post(self, fields: Json, *photos: bytes, post_id: str | None = None, **options: Any) -> tuple[int, Json]:
        form = FormData({"id": post_id or str(uuid4()), **fields}, default_to_multipart=True)
        for number, photo in enumerate(photos):
            form.add_field("photo", photo, filename=f"{number}.jpg", content_type="image/jpeg")
        async with self.http.post("/posts", data=form, **options) as response:
            return response.status, await _json(response)

    async def press(self, button: Json, *photos: bytes, **fields: str) -> tuple[int, Json]:
        answer = {"id": str(uuid4()), "action": button["action"], "subject": button["subject"], **fields}
        form = FormData(answer, default_to_multipart=True)
        for number, photo in enumerate(photos):
            form.add_field("photo", photo, filename=f"{number}.jpg", content_type="image/jpeg")
        async with self.http.post("/presses", data=form) as response:
            return response.status, await _json(response)

    async def shown(self, **viewer: str) -> dict[int, Json]:
        """Return what somebody sees who opens the page now."""
        async with self.watching(**viewer) as watcher:
            return await watcher.until(lambda _: True)

    async def ask(self, path: str, **answer: Any) -> tuple[int, Json]:
        async with self.http.post(path, json=answer) as response:
            return response.status, await _json(response)

    @asynccontextmanager
    async def watching(self, **viewer: str) -> AsyncIterator["Watcher"]:
        async with self.http.ws_connect("/live", params=viewer) as socket:
            yield Watcher(socket)

    async def reports(self) -> list[Report]:
        return await reports_of(self.store, "web", "local")


class Watcher:
    """Keeps what the WebSocket tells, as the page does."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.messages: dict[int, Json] = {}
        self.encoder: Json | None = None

    async def until(self, shows: Callable[[dict[int, Json]], bool]) -> dict[int, Json]:
        async with asyncio.timeout(PATIENCE):
            while True:
                update = await self.socket.receive_json()
                self.messages = {} if update["all"] else self.messages
                self.messages |= {message["id"]: message for message in update["messages"]}
                self.encoder = update["encoder"]
                for gone in update["removed"]:
                    del self.messages[gone]
                if shows(self.messages):
                    return self.messages


async def _json(response: ClientResponse) -> Json:
    return await response.json() if response.content_type == "application/json" else {}


@asynccontextmanager
async def opened(database_url: str) -> AsyncIterator[Page]:
    """Serve the page, and open it."""
    async with (
        Store(database_url, keys=KEYS) as store,
        running(Handlers(store, NoQueue(), board_url=BOARD), store, WebConfig(port=0)) as platform,
        ClientSession(platform.url) as http,
    ):
        yield Page(platform, store, http)


async def opened_page(database_url: str) -> AsyncIterator[Page]:
    """Open the page as a fixture."""
    async with opened(database_url) as page:
        yield page


async def match_card(page: Page) -> tuple[int, Match]:
    """Store a match, with its card in the lost report's thread; return the card's message and the match."""
    _, found_post = await page.post(UMBRELLA_FOUND)
    _, lost_post = await page.post(UMBRELLA_LOST)
    found, lost = await page.reports()
    await page.store.embedding_models.register("concept", "test", {"shared": 2})
    async with page.store.session(found.community) as session:
        for report in (found, lost):
            await session.reports.set_state(report.id, ReportState.OPEN)
        why = (Why("thing", "umbrella", "agrees"),)
        [match] = await session.matches.save([ScoredPair(lost.id, found.id, 0.9, Label.HIGH, why, {})])
    card = wording.match_card(match, found, lost, None).with_targets({found.id: found.target})
    sent = await page.platform.send(Outgoing("card", lost.target, card))
    assert (sent.channel, lost.target.message) == ("lost", str(lost_post["message"]))
    assert found.target.message == str(found_post["message"])
    return int(sent.message), match
