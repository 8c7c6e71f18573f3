"""The page's search box: shows one person what was found, a page at a time."""

from datetime import UTC, datetime

from aiohttp import web

from bot import looks
from bot.web import render, requests
from bot.web.chat import Chat, target_of
from reunite.commands import Look
from reunite.handlers import Handlers


class Looks:
    """Searches without a report; pages and claims are presses."""

    def __init__(self, handlers: Handlers, chat: Chat) -> None:
        self._handlers = handlers
        self._chat = chat

    async def search(self, request: web.Request) -> web.Response:
        """Search by words or a photo, once for each `id`; return the first page when a worker has found it."""
        given = await requests.form_input(request)
        command = Look(
            source_key=f"look:{given.key}",
            target=target_of("found"),
            author=requests.member(given.fields.get("name")),
            text=given.fields.get("text", ""),
            posted_at=datetime.now(UTC),
            photos=tuple(given.photos),
        )
        language = self._chat.language
        answer = await looks.answer_of(self._handlers, command, language)
        return web.json_response({"note": render.reply_json(answer, language)})
