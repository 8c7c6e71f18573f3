"""The local page's server: files, posts and verdicts by HTTP, live updates by WebSocket."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from aiohttp import WSCloseCode, web
from aiohttp.typedefs import Handler, Middleware

from bot.web import requests
from bot.web.chat import WORKSPACE, Chat
from bot.web.config import WebConfig
from bot.web.inbound import Inbound
from bot.web.outbound import WebPlatform
from bot.web.presses import Presses
from bot.web.render import Viewer
from db.store import Store
from reunite.commands import ChangeSettings, JoinWorkspace
from reunite.entities import Channel, ReportKind
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.messages import wording

MODERATORS: Final = "moderators"
"""The channel in which moderators see matches."""
CHANNELS: Final = (
    Channel("found", "found", ReportKind.FOUND),
    Channel("lost", "lost", ReportKind.LOST),
    Channel(MODERATORS, MODERATORS),
)

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
    " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_HEARTBEAT: Final = 20.0
_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def running(handlers: Handlers, store: Store, config: WebConfig) -> AsyncIterator[WebPlatform]:
    """Serve the page until the context ends."""
    workspace = await handlers.join(JoinWorkspace("web", WORKSPACE, "Local page", CHANNELS))
    settings = await handlers.settings("web", WORKSPACE)
    if settings.log_channel is None:
        await handlers.set_up(
            ChangeSettings(platform="web", workspace=WORKSPACE, settings=replace(settings, log_channel=MODERATORS))
        )
    chat = Chat(store, workspace.community)
    await chat.refresh()
    runner = web.AppRunner(_application(handlers, chat, config), access_log=None, shutdown_timeout=2)
    await runner.setup()
    refreshing = asyncio.create_task(chat.run())
    try:
        await web.TCPSite(runner, config.host, config.port).start()
        host, port = runner.addresses[0][:2]
        url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        _log.info("page_ready", url=url)
        yield WebPlatform(chat, url)
    finally:
        refreshing.cancel()
        await asyncio.gather(refreshing, return_exceptions=True)
        await runner.cleanup()


def _application(handlers: Handlers, chat: Chat, config: WebConfig) -> web.Application:
    inbound, presses = Inbound(handlers, chat), Presses(handlers, chat)
    files = Path(str(resources.files("bot.web").joinpath("static")))
    application = web.Application(middlewares=[_told, _guard(config)])
    live = _Live(chat)
    application.on_response_prepare.append(_add_headers)
    application.on_shutdown.append(live.close)

    async def index(_: web.Request) -> web.FileResponse:
        return web.FileResponse(files / "index.html")

    async def photo(request: web.Request) -> web.Response:
        return await _photo(request, chat)

    application.add_routes(
        [
            web.get("/", index),
            web.get("/live", live.connect),
            web.get("/photos/{photo}", photo),
            web.post("/posts", inbound.post),
            web.post("/verdicts", inbound.give_verdict),
            web.post("/answers", inbound.answer),
            web.post("/withdrawals", inbound.withdraw),
            web.post("/edits", inbound.edit),
            web.post("/presses", presses.press),
            web.post("/mine", presses.mine),
            web.post("/privacy", presses.privacy),
            web.post("/statistics", presses.statistics),
            web.get("/export", presses.export),
            web.static("/static", files),
        ]
    )
    return application


class _Live:
    """Sends pages what they show, and each change."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._sockets: set[web.WebSocketResponse] = set()

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one page until it leaves. Who looks, and whether as a moderator, is what it says."""
        name = request.query.get("name")
        viewer = Viewer(requests.member(name).id if name else "", "moderator" in request.query)
        socket = web.WebSocketResponse(heartbeat=_HEARTBEAT, max_msg_size=1024)
        await socket.prepare(request)
        self._sockets.add(socket)
        sending = asyncio.create_task(self._send(socket, viewer))
        try:
            async for _ in socket:
                pass  # the page only listens
        finally:
            self._sockets.discard(socket)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        return socket

    async def _send(self, socket: web.WebSocketResponse, viewer: Viewer) -> None:
        with contextlib.suppress(ConnectionError):  # the reader sees it too, and ends
            async for update in self._chat.updates(viewer):
                await socket.send_json(update)

    async def close(self, _: web.Application) -> None:
        """Let every page go; it will try to come back."""
        for socket in set(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)


async def _photo(request: web.Request, chat: Chat) -> web.Response:
    """Serve a photo's stored copy; never what was uploaded."""
    try:
        photo = UUID(request.match_info["photo"])
    except ValueError:
        raise web.HTTPNotFound from None
    async with chat.session() as session:
        copy = await session.photos.stored_copy(photo)
    if copy is None:
        raise web.HTTPNotFound
    return web.Response(body=copy, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
    response.headers.setdefault("Cache-Control", "no-cache")


@web.middleware
async def _told(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what goes wrong with one sentence."""
    try:
        return await handler(request)
    except TellUserError as error:
        return web.json_response({"error": wording.explain(error)}, status=web.HTTPUnprocessableEntity.status_code)
    except web.HTTPException:
        raise
    except Exception:  # noqa: BLE001 - whatever it was, the page gets a sentence
        _log.exception("page_request_failed", path=request.path)
        status = web.HTTPInternalServerError.status_code
        return web.json_response({"error": wording.sentence("our_fault")}, status=status)


def _guard(config: WebConfig) -> Middleware:
    """Keep other sites out: names that lead here by a trick of DNS, and what their pages send."""
    hosts = {*_LOOPBACK, config.host}

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if urlsplit(f"//{request.host}").hostname not in hosts:
            raise web.HTTPMisdirectedRequest
        origin = request.headers.get("Origin")
        only_reads = request.method in {"GET", "HEAD"} and "Upgrade" not in request.headers
        if origin is not None and not only_reads and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden
        return await handler(request)

    return guard
