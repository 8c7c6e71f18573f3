"""Turns the page's posts, edits, answers and verdicts into commands of the domain."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final, cast

from aiohttp import web

from bot.web import requests, sample_finds
from bot.web.chat import Chat, target_of
from bot.web.requests import FormInput
from db.web import MessageInfo
from reunite import rights
from reunite.commands import REPORTS, AnswerQuestion, EditReport, GiveVerdict, NewReport, ReportFound, Withdraw
from reunite.entities import Category, Member, VerdictKind
from reunite.errors import TellUserError
from reunite.handlers import Handlers

_SLASH: Final = re.compile(r"\A\s*+/(lost|found)\b\s*+")
_CLOCKS_DIFFER: Final = timedelta(minutes=10)


class Inbound:
    """Handles the page's requests. The page says who the person is, and whether they moderate."""

    def __init__(self, handlers: Handlers, chat: Chat) -> None:
        self._handlers = handlers
        self._chat = chat

    async def post(self, request: web.Request) -> web.Response:
        """Report a post, once for each `id` that the page gave it.

        A sealed report's post is the bot's, with only its public part; the page gets no message number then.
        """
        given = await requests.form_input(request)
        command = _SLASH.match(given.fields.get("text", ""))
        channel = command[1] if command else given.fields.get("channel", "")
        if channel not in REPORTS:
            raise web.HTTPBadRequest
        author = requests.member(given.fields.get("name"))
        text = given.fields.get("text", "")[command.end() if command else 0 :]
        if _is_in_future(_time(given.fields.get("at", ""))):
            raise TellUserError("in_the_future")
        try:
            report = _report(given, channel, author, text)
        except ValueError:
            raise web.HTTPBadRequest from None
        message = None if report.sealed else await self._write(channel, given.key, author, text)
        report = replace(report, target=target_of(channel, message), is_kind_told=command is not None)
        await self._report(report, message)
        return web.json_response({"channel": channel, "message": message}, status=HTTPStatus.CREATED)

    async def post_samples(self, request: web.Request) -> web.Response:
        """Post the samples, once for each `id`; all of them, even if the page is closed meanwhile."""
        key = requests.key((await requests.json_body(request)).get("id"))
        for thing in sample_finds.FINDS:
            author, text = sample_finds.finder_of(thing), sample_finds.words_of(thing, self._chat.language)
            message = await self._write("found", f"{key}:{thing}", author, text)
            report = ReportFound(
                source_key=f"{key}:{thing}",
                target=target_of("found", message),
                author=author,
                text=text,
                posted_at=datetime.now(UTC),
                photos=sample_finds.photos_of(thing),
            )
            await self._report(report, message)
        return web.json_response({}, status=HTTPStatus.CREATED)

    async def _report(self, report: NewReport, message: int | None) -> None:
        """Report what was written into a message, which goes if the report is refused."""
        try:
            await self._handlers.report(report)
        except TellUserError:
            await self._remove_refused(message)
            raise
        self._chat.changed()

    async def _write(self, channel: str, key: str, author: Member, text: str) -> int:
        async with self._chat.session() as session:
            message, _ = await session.add_post(channel, f"post:{key}", author, text)
        return message

    async def _remove_refused(self, message: int | None) -> None:
        if message is not None:
            async with self._chat.session() as session:
                await session.forget_refused(message)

    async def edit(self, request: web.Request) -> web.Response:
        """Change the words of a member's own post."""
        body = await requests.json_body(request)
        message, author = requests.number(body.get("message")), requests.member(body.get("name"))
        text = requests.text(body.get("text")).strip()
        if not text:
            raise TellUserError("empty_report")
        info = await self._info(message)
        if info is None:
            raise TellUserError("nothing_here")
        rights.check_member("edit_post", is_moderator=False, is_author=info.author == author.id)
        await self._handlers.edit(EditReport(target=target_of(info.channel, message), text=text))
        async with self._chat.session() as session:
            await session.change_post(message, text)
        self._chat.changed()
        return web.json_response({})

    async def give_verdict(self, request: web.Request) -> web.Response:
        """Give or withdraw a verdict on the match that a message shows."""
        body = await requests.json_body(request)
        message, kind = requests.number(body.get("message")), requests.text(body.get("kind"))
        if kind not in set(VerdictKind):
            raise web.HTTPBadRequest
        info = await self._info(message)
        if info is None or info.reply is None or info.reply.match is None:
            raise TellUserError("nothing_here")
        await self._handlers.give_verdict(
            GiveVerdict(
                target=target_of(info.channel, message),
                member=requests.member(body.get("name")),
                kind=VerdictKind(kind),
                given=body.get("given") is True,
                is_moderator=body.get("moderator") is True,
                match=info.reply.match,
            )
        )
        self._chat.changed()
        return web.json_response({})

    async def answer(self, request: web.Request) -> web.Response:
        """Take the answer to the question in a message; return a sentence for the author."""
        body = await requests.json_body(request)
        message, choice = requests.number(body.get("message")), requests.text(body.get("choice"))
        info = await self._info(message)
        if info is None or info.reply is None or info.reply.asked is None:
            raise TellUserError("nothing_here")
        member = requests.member(body.get("name"))
        target, report = target_of(info.channel, message), info.reply.asked
        answered = await self._handlers.answer_question(
            AnswerQuestion(target=target, member=member, report=report, choice=choice)
        )
        self._chat.changed()
        return web.json_response({"words": answered.words})

    async def withdraw(self, request: web.Request) -> web.Response:
        """Delete a post, as its author or a moderator, and everything known about its report."""
        body = await requests.json_body(request)
        message = requests.number(body.get("message"))
        info = await self._info(message)
        if info is None:
            raise TellUserError("nothing_here")
        is_moderator = body.get("moderator") is True
        member = requests.member(body.get("name"))
        target = target_of(info.channel, message)
        await self._handlers.withdraw(Withdraw(target=target, member=member, is_moderator=is_moderator))
        async with self._chat.session() as session:
            await session.remove_post(message)
        self._chat.changed()
        return web.json_response({})

    async def _info(self, message: int) -> MessageInfo | None:
        async with self._chat.session() as session:
            return await session.message_info(message)


def _report(given: FormInput, channel: str, author: Member, text: str) -> NewReport:
    """Return the report that a form describes. Raises ValueError."""
    is_sealed = channel == "found" and given.has("sealed")
    return REPORTS[channel](
        source_key=given.key,
        target=target_of(channel),
        author=author,
        text=text,
        place=given.fields.get("place", ""),
        happened_at=_time(given.fields.get("at", "")),
        posted_at=datetime.now(UTC),
        photos=tuple(given.photos),
        sealed=is_sealed,
        private=channel == "lost" and given.has("private"),
        category=cast("Category", given.fields.get("category", "other")) if is_sealed else "other",
    )


def _is_in_future(time: datetime | None) -> bool:
    """Whether a time is later than now, with some tolerance for clocks that differ."""
    return time is not None and time > datetime.now(UTC) + _CLOCKS_DIFFER


def _time(value: str) -> datetime | None:
    if not value:
        return None
    try:
        time = datetime.fromisoformat(value)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise web.HTTPBadRequest from None
