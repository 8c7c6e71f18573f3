"""The page's posts and what is said of them → commands."""

import re
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from bot.web import requests
from bot.web.chat import Chat, at
from bot.web.requests import Sent
from reunite.commands import AnswerQuestion, EditReport, GiveVerdict, NewReport, ReportFound, ReportLost, Withdraw
from reunite.entities import CATEGORIES, Category, Member, VerdictKind
from reunite.errors import TellUserError
from reunite.handlers import Handlers

_COMMANDS: Final[dict[str, type[NewReport]]] = {"found": ReportFound, "lost": ReportLost}
_SLASH_LOST: Final = re.compile(r"\A\s*+/lost\b\s*+")
_POST_ID: Final = re.compile(r"[\w-]{8,64}")


class Inbound:
    """Answers the page's requests. Who acts, and whether as a moderator, is what the page says."""

    def __init__(self, handlers: Handlers, chat: Chat) -> None:
        """`chat` keeps the posts."""
        self._handlers = handlers
        self._chat = chat

    async def post(self, request: web.Request) -> web.Response:
        """Take a post up as a report, once for each `id` that the page gave it.

        The post of a sealed find is the bot's, with what everyone may know; the page is told of no message then.
        """
        sent = await requests.form(request)
        command = _SLASH_LOST.match(sent.fields.get("text", ""))
        channel = "lost" if command else sent.fields.get("channel", "")
        post_id = sent.fields.get("id", "")
        if channel not in _COMMANDS or not _POST_ID.fullmatch(post_id):
            raise web.HTTPBadRequest
        author = requests.member(sent.fields.get("name"))
        text = sent.fields.get("text", "")[command.end() if command else 0 :].replace("\0", "")
        sealed = channel == "found" and sent.has("sealed")
        message = None if sealed else await self._write(channel, post_id, author, text)
        report = _COMMANDS[channel](
            source_key=post_id,
            target=at(channel, message),
            author=author,
            text=text,
            place=sent.fields.get("place", ""),
            happened_at=_time(sent.fields.get("at", "")),
            photos=tuple(sent.photos),
            sealed=sealed,
            private=channel == "lost" and sent.has("private"),
            category=_category(sent) if sealed else "other",
        )
        try:
            await self._handlers.report(report)
        except TellUserError:
            await self._take_back(message)
            raise
        self._chat.changed()
        return web.json_response({"channel": channel, "message": message}, status=web.HTTPCreated.status_code)

    async def _write(self, channel: str, post_id: str, author: Member, text: str) -> int:
        async with self._chat.session() as session:
            message, _ = await session.add_post(channel, f"post:{post_id}", author, text)
        return message

    async def _take_back(self, message: int | None) -> None:
        if message is not None:
            async with self._chat.session() as session:
                await session.forget_refused(message)

    async def edit(self, request: web.Request) -> web.Response:
        """Change the words of one's own post."""
        said = await requests.json(request)
        message, author = requests.number(said.get("message")), requests.member(said.get("name"))
        text = said.get("text")
        if not isinstance(text, str):
            raise web.HTTPBadRequest
        if not (text := text.replace("\0", "").strip()):
            raise TellUserError("empty_report")
        async with self._chat.session() as session:
            place = await session.place_of(message)
        if place is None or place.author != author.id:
            raise TellUserError("only_own")
        await self._handlers.edit(EditReport(target=at(place.channel, message), text=text))
        async with self._chat.session() as session:
            await session.change_post(message, text)
        self._chat.changed()
        return web.json_response({})

    async def give_verdict(self, request: web.Request) -> web.Response:
        """Give a verdict on the match that a message shows, or take it back."""
        said = await requests.json(request)
        message, kind = requests.number(said.get("message")), said.get("kind")
        if kind not in set(VerdictKind):
            raise web.HTTPBadRequest
        async with self._chat.session() as session:
            place = await session.place_of(message)
        if place is None or place.reply is None or place.reply.match is None:
            raise TellUserError("nothing_here")
        await self._handlers.give_verdict(
            GiveVerdict(
                target=at(place.channel, message),
                member=requests.member(said.get("name")),
                kind=VerdictKind(kind),
                given=said.get("given") is True,
                is_moderator=said.get("moderator") is True,
                match=place.reply.match,
            )
        )
        self._chat.changed()
        return web.json_response({})

    async def answer(self, request: web.Request) -> web.Response:
        """Take the answer to the question that a message asks; the page is told what to say."""
        said = await requests.json(request)
        message, choice = requests.number(said.get("message")), said.get("choice")
        if not isinstance(choice, str):
            raise web.HTTPBadRequest
        async with self._chat.session() as session:
            place = await session.place_of(message)
        if place is None or place.reply is None or place.reply.asked is None:
            raise TellUserError("nothing_here")
        member = requests.member(said.get("name"))
        target, report = at(place.channel, message), place.reply.asked
        answered = await self._handlers.answer(
            AnswerQuestion(target=target, member=member, report=report, choice=choice)
        )
        self._chat.changed()
        return web.json_response({"words": answered.words})

    async def withdraw(self, request: web.Request) -> web.Response:
        """Delete a post, as its author or a moderator, and with it what is known of its report."""
        said = await requests.json(request)
        message = requests.number(said.get("message"))
        async with self._chat.session() as session:
            place = await session.place_of(message)
        if place is None:
            raise TellUserError("nothing_here")
        is_moderator = said.get("moderator") is True
        member = requests.member(said.get("name"))
        target = at(place.channel, message)
        await self._handlers.withdraw(Withdraw(target=target, member=member, is_moderator=is_moderator))
        async with self._chat.session() as session:
            await session.remove_post(message)
        self._chat.changed()
        return web.json_response({})


def _category(sent: Sent) -> Category:
    said = sent.fields.get("category", "other")
    category = next((each for each in CATEGORIES if each == said), None)
    if category is None:
        raise web.HTTPBadRequest
    return category


def _time(said: str) -> datetime | None:
    if not said:
        return None
    try:
        time = datetime.fromisoformat(said)
    except ValueError:
        raise web.HTTPBadRequest from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
