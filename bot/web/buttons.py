"""Presses of buttons, members' own data and the statistics: only the person who asks sees the reply."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from aiohttp import web

from bot.web import render, requests
from bot.web.chat import WORKSPACE, Chat, target_of
from reunite import rights
from reunite.commands import Press
from reunite.handlers import Handlers
from reunite.messages import welcome
from reunite.messages.reply import FILES_LOOK, Action, Reply, action_of


class Buttons:
    """Answers requests for one person: the page says who."""

    def __init__(self, handlers: Handlers, chat: Chat) -> None:
        self._handlers = handlers
        self._chat = chat

    async def press(self, request: web.Request) -> web.Response:
        """Do what a button says, once for each `id` of a press; return a private note."""
        given = await requests.form_input(request)
        action = _action(given.fields.get("action"))
        channel = "lost" if action in FILES_LOOK else given.fields.get("channel", "")
        press = Press(
            target=target_of(channel),
            member=requests.member(given.fields.get("name")),
            is_moderator=given.has("moderator"),
            action=action,
            subject=_uuid(given.fields.get("subject", "")),
            key=given.key,
            words=given.fields.get("words", ""),
            code=given.fields.get("code", ""),
            photos=tuple(given.photos),
            language=self._chat.language,
        )
        if action in FILES_LOOK:
            press = replace(press, private=bool(await self._handlers.files_privately(press)))
        note = await self._handlers.press(press)
        self._chat.changed()
        return web.json_response({"note": render.reply_json(note, self._chat.language)})

    async def my_reports(self, request: web.Request) -> web.Response:
        """Return a member's open reports."""
        body = await requests.json_body(request)
        member, language = requests.member(body.get("name")), self._chat.language
        return self._replies(await self._handlers.my_reports("web", WORKSPACE, member, language))

    async def privacy(self, request: web.Request) -> web.Response:
        """Return the data kept about members, with the button that deletes it."""
        body = await requests.json_body(request)
        member, language = requests.member(body.get("name")), self._chat.language
        return self._replies([await self._handlers.privacy("web", WORKSPACE, member, language)])

    async def forget_rest(self, request: web.Request) -> web.Response:
        """Finish deleting a member's data, which may take minutes; return a note if anything was left."""
        body = await requests.json_body(request)
        member, language = requests.member(body.get("name")), self._chat.language
        note = await self._handlers.forgetting.rest("web", WORKSPACE, member, language)
        self._chat.changed()
        return web.json_response({"note": render.reply_json(note, language) if note else None})

    async def help(self, request: web.Request) -> web.Response:
        """Return what a member can do."""
        await requests.json_body(request)
        return self._replies([welcome.usage_of_page(self._chat.language)])

    async def statistics(self, request: web.Request) -> web.Response:
        """Return the community's statistics, to moderators only."""
        body = await requests.json_body(request)
        rights.check_member("statistics", is_moderator=body.get("moderator") is True)
        language = self._chat.language
        return self._replies([await self._handlers.statistics("web", WORKSPACE, language, for_moderators=True)])

    async def board(self, request: web.Request) -> web.Response:
        """Return a link to the board, to moderators only."""
        body = await requests.json_body(request)
        member, moderates = requests.member(body.get("name")), body.get("moderator") is True
        link = await self._handlers.board.link("web", WORKSPACE, member, self._chat.language, is_moderator=moderates)
        return web.json_response({"link": link})

    async def export(self, request: web.Request) -> web.Response:
        """Return all of a member's data as a file."""
        export = await self._handlers.export("web", WORKSPACE, requests.member(request.query.get("name")))
        headers = {"Content-Disposition": 'attachment; filename="reunite.json"', "Cache-Control": "no-store"}
        return web.json_response(export, headers=headers)

    def _replies(self, replies: Sequence[Reply]) -> web.Response:
        language = self._chat.language
        return web.json_response({"replies": [render.reply_json(reply, language) for reply in replies]})


def _action(value: str | None) -> Action:
    if action := action_of(value or ""):
        return action
    raise web.HTTPBadRequest


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise web.HTTPBadRequest from None
