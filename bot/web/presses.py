"""Buttons, and what a person may see of themselves or of the community: answered to that person alone."""

import re
from collections.abc import Sequence
from typing import Final, get_args
from uuid import UUID

from aiohttp import web

from bot.web import render, requests
from bot.web.chat import WORKSPACE, Chat, at
from reunite.commands import Press
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.messages.reply import Action, Reply

_ACTIONS: Final[frozenset[str]] = frozenset(get_args(Action))
_KEY: Final = re.compile(r"[\w-]{8,64}")


class Presses:
    """Answers what the page asks for one person. Who that is, is what the page says."""

    def __init__(self, handlers: Handlers, chat: Chat) -> None:
        """`chat` is told of what changes."""
        self._handlers = handlers
        self._chat = chat

    async def press(self, request: web.Request) -> web.Response:
        """Do what a button says, once for each `id` that the page gave the press; answer with a private note."""
        sent = await requests.form(request)
        key = sent.fields.get("id", "")
        if not _KEY.fullmatch(key):
            raise web.HTTPBadRequest
        press = Press(
            target=at(sent.fields.get("channel", "")),
            member=requests.member(sent.fields.get("name")),
            is_moderator=sent.has("moderator"),
            action=_action(sent.fields.get("action")),
            subject=_uuid(sent.fields.get("subject", "")),
            key=key,
            words=sent.fields.get("words", ""),
            photos=tuple(sent.photos),
        )
        note = await self._handlers.press(press)
        self._chat.changed()
        return web.json_response({"note": render.reply_json(note)})

    async def mine(self, request: web.Request) -> web.Response:
        """Show a member their open reports."""
        said = await requests.json(request)
        return _shown(await self._handlers.my_reports("web", WORKSPACE, requests.member(said.get("name"))))

    async def privacy(self, request: web.Request) -> web.Response:
        """Show what is kept of members, with the button that deletes it."""
        await requests.json(request)
        return _shown([await self._handlers.privacy("web", WORKSPACE)])

    async def statistics(self, request: web.Request) -> web.Response:
        """Show moderators the community's numbers."""
        said = await requests.json(request)
        if said.get("moderator") is not True:
            raise TellUserError("only_moderators_here")
        return _shown([await self._handlers.statistics("web", WORKSPACE)])

    async def export(self, request: web.Request) -> web.Response:
        """Hand out all that is known of a member, as a file."""
        known = await self._handlers.export("web", WORKSPACE, requests.member(request.query.get("name")))
        kept = {"Content-Disposition": 'attachment; filename="reunite.json"', "Cache-Control": "no-store"}
        return web.json_response(known, headers=kept)


def _shown(replies: Sequence[Reply]) -> web.Response:
    return web.json_response({"replies": [render.reply_json(reply) for reply in replies]})


def _action(said: str | None) -> Action:
    if said not in _ACTIONS:
        raise web.HTTPBadRequest
    action: Action = said  # type: ignore[assignment]  # one of them, as was just seen
    return action


def _uuid(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        raise web.HTTPBadRequest from None
