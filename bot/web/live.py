"""Sends the pages what they show, and each change, by WebSocket."""

import asyncio
from typing import Final

import structlog
from aiohttp import WSCloseCode, web

from bot.web import requests
from bot.web.chat import Chat
from bot.web.render import Viewer
from db.cancellation import stop

_HEARTBEAT_SECONDS: Final = 20.0

_log = structlog.get_logger(__name__)


class Live:
    """The open pages."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._sockets: set[web.WebSocketResponse] = set()

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve a page until it closes. The page says who is looking, and whether they moderate."""
        name = request.query.get("name")
        member = requests.member(name).id if name else ""
        viewer = Viewer(member, "moderator" in request.query, self._chat.language)
        socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_SECONDS, max_msg_size=1024)
        await socket.prepare(request)
        self._sockets.add(socket)
        sending = asyncio.create_task(self._send(socket, viewer))
        try:
            async for _ in socket:
                pass  # the page only listens
        finally:
            self._sockets.discard(socket)
            await stop(sending)
        return socket

    async def _send(self, socket: web.WebSocketResponse, viewer: Viewer) -> None:
        try:
            async for update in self._chat.updates(viewer):
                await socket.send_json(update)
        except ConnectionError:
            pass  # the loop above ends too
        except Exception:  # noqa: BLE001 - a page that gets no more changes must reconnect
            _log.exception("page_defect")
            await socket.close(code=WSCloseCode.INTERNAL_ERROR)

    async def close(self, _: web.Application) -> None:
        """Disconnect every page; it will try to reconnect."""
        for socket in set(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)
