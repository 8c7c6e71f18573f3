"""Passes the page's requests to the parts of the adapter."""

from importlib import resources
from pathlib import Path
from uuid import UUID

from aiohttp import web

from bot.web.buttons import Buttons
from bot.web.chat import Chat
from bot.web.inbound import Inbound
from bot.web.live import Live
from bot.web.looks import Looks
from bot.web.texts import Texts
from http_server.listening import shared_files
from http_server.photos import photo_response
from reunite.entities import PhotoState
from reunite.handlers import Handlers


def add_routes(application: web.Application, handlers: Handlers, chat: Chat) -> None:
    """Register every request of the page."""
    inbound, buttons, live, looks = Inbound(handlers, chat), Buttons(handlers, chat), Live(chat), Looks(handlers, chat)
    texts = Texts(handlers, chat)
    files = Path(str(resources.files("bot.web").joinpath("static")))
    application.on_shutdown.append(live.close)

    async def index(_: web.Request) -> web.FileResponse:
        return web.FileResponse(files / "index.html")

    async def photo(request: web.Request) -> web.Response:
        return await _photo(request, chat)

    application.add_routes(
        [
            web.get("/", index),
            web.get("/texts", texts.show),
            web.post("/language", texts.choose),
            web.get("/live", live.connect),
            web.get("/photos/{photo}", photo),
            web.post("/posts", inbound.post),
            web.post("/samples", inbound.post_samples),
            web.post("/verdicts", inbound.give_verdict),
            web.post("/answers", inbound.answer),
            web.post("/withdrawals", inbound.withdraw),
            web.post("/edits", inbound.edit),
            web.post("/presses", buttons.press),
            web.post("/looks", looks.search),
            web.post("/my-reports", buttons.my_reports),
            web.post("/privacy", buttons.privacy),
            web.post("/forgetting", buttons.forget_rest),
            web.post("/statistics", buttons.statistics),
            web.post("/help", buttons.help),
            web.post("/board", buttons.board),
            web.get("/export", buttons.export),
            web.static("/static", files),
            shared_files(),
        ]
    )


async def _photo(request: web.Request, chat: Chat) -> web.Response:
    """Serve a photo's stored copy; the upload itself is never served."""
    try:
        photo = UUID(request.match_info["photo"])
    except ValueError:
        raise web.HTTPNotFound from None
    async with chat.session() as session:
        known = await session.photos.get(photo)
        if known is None or known.state is not PhotoState.STORED:
            raise web.HTTPNotFound
        return await photo_response(request, photo, session.photos.stored_copy)
