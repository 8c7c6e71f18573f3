"""The page's requests → commands."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import BodyPartReader, web

from bot.web.chat import Chat, at
from reunite import rules
from reunite.commands import AnswerQuestion, Judge, NewReport, ReportFound, ReportLost, Withdraw
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.model import IncomingPhoto, Member, VerdictKind

MOST_PHOTO_BYTES: Final = 25 * 1024 * 1024
"""The largest photo that is taken: what intake can open."""
_MOST_FIELD_BYTES: Final = 256 * 1024
_MOST_NAME: Final = 40
_COMMANDS: Final[dict[str, type[NewReport]]] = {"found": ReportFound, "lost": ReportLost}
_SLASH_LOST: Final = re.compile(r"\s*/lost\b\s*")
_POST_ID: Final = re.compile(r"[\w-]{8,64}")


@dataclass(slots=True)
class _Form:
    """What a multipart request held."""

    fields: dict[str, str] = field(default_factory=dict)
    photos: list[IncomingPhoto] = field(default_factory=list)


class Inbound:
    """Answers the page's requests. Who acts, and whether as a moderator, is what the page says."""

    def __init__(self, handlers: Handlers, chat: Chat) -> None:
        """`chat` keeps the posts."""
        self._handlers = handlers
        self._chat = chat

    async def post(self, request: web.Request) -> web.Response:
        """Take a post up as a report, once for each `id` that the page gave it."""
        form = await _read(request)
        command = _SLASH_LOST.match(form.fields.get("text", ""))
        channel = "lost" if command else form.fields.get("channel", "")
        post_id = form.fields.get("id", "")
        if channel not in _COMMANDS or not _POST_ID.fullmatch(post_id):
            raise web.HTTPBadRequest
        author = _member(form.fields.get("name"))
        text = form.fields.get("text", "")[command.end() if command else 0 :].replace("\0", "")
        async with self._chat.session() as session:
            message, _ = await session.add_post(channel, f"post:{post_id}", author, text)
        report = _COMMANDS[channel](
            source_key=post_id,
            target=at(channel, message),
            author=author,
            text=text,
            place=form.fields.get("place", ""),
            happened_at=_time(form.fields.get("at", "")),
            photos=tuple(form.photos),
        )
        try:
            await self._handlers.report(report)
        except TellUserError:
            async with self._chat.session() as session:
                await session.forget_refused(message)
            raise
        self._chat.changed()
        return web.json_response({"channel": channel, "message": message}, status=web.HTTPCreated.status_code)

    async def judge(self, request: web.Request) -> web.Response:
        """Give a verdict on the match that a message shows, or take it back."""
        said = await _json(request)
        message, kind = _number(said.get("message")), said.get("kind")
        if kind not in set(VerdictKind):
            raise web.HTTPBadRequest
        async with self._chat.session() as session:
            place = await session.place_of(message)
        if place is None or place[1] is None or place[1].match is None:
            raise TellUserError("nothing_here")
        await self._handlers.judge(
            Judge(
                target=at(place[0], message),
                member=_member(said.get("name")),
                kind=VerdictKind(kind),
                given=said.get("given") is True,
                is_moderator=said.get("moderator") is True,
                match=place[1].match,
            )
        )
        self._chat.changed()
        return web.json_response({})

    async def answer(self, request: web.Request) -> web.Response:
        """Take the answer to the question that a message asks; the page is told what to say."""
        said = await _json(request)
        message, choice = _number(said.get("message")), said.get("choice")
        if not isinstance(choice, str):
            raise web.HTTPBadRequest
        async with self._chat.session() as session:
            place = await session.place_of(message)
        if place is None or place[1] is None or place[1].asked is None:
            raise TellUserError("nothing_here")
        answered = await self._handlers.answer(
            AnswerQuestion(
                target=at(place[0], message), member=_member(said.get("name")), report=place[1].asked, choice=choice
            )
        )
        self._chat.changed()
        return web.json_response({"words": answered.words})

    async def withdraw(self, request: web.Request) -> web.Response:
        """Delete a post, as its author or a moderator, and with it what is known of its report."""
        said = await _json(request)
        message = _number(said.get("message"))
        async with self._chat.session() as session:
            place = await session.place_of(message)
        if place is None:
            raise TellUserError("nothing_here")
        is_moderator = said.get("moderator") is True
        member = _member(said.get("name"))
        await self._handlers.withdraw(Withdraw(target=at(place[0], message), member=member, is_moderator=is_moderator))
        async with self._chat.session() as session:
            await session.remove_post(message)
        self._chat.changed()
        return web.json_response({})


async def _read(request: web.Request) -> _Form:
    """Read a whole form, so that a refusal reaches the sender. TellUserError: photos too many or too big."""
    if request.content_type != "multipart/form-data":
        raise web.HTTPUnsupportedMediaType
    form, refused = _Form(), None
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise web.HTTPBadRequest
        is_photo = part.filename is not None
        data = await _take(part, 0 if refused else MOST_PHOTO_BYTES if is_photo else _MOST_FIELD_BYTES)
        if not is_photo and data is not None:
            form.fields[part.name] = data.decode(errors="replace")
        elif is_photo and data:
            form.photos.append(IncomingPhoto(part.filename or "photo", data=data))
        elif is_photo and data is None:
            refused = refused or _too_large(part.filename or "photo")
        if len(form.photos) > rules.MOST_PHOTOS:
            refused = TellUserError("too_many_photos", count=len(form.photos), most=rules.MOST_PHOTOS)
    if refused:
        raise refused
    return form


def _too_large(name: str) -> TellUserError:
    return TellUserError("photo_too_large", name=name, megabytes=MOST_PHOTO_BYTES // 2**20)


async def _take(part: BodyPartReader, most: int) -> bytes | None:
    """Read a part to its end; None where it is longer than `most` bytes."""
    data = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        data += chunk[: most + 1 - len(data)]
    return bytes(data) if len(data) <= most else None


async def _json(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        said = await request.json()
    except ValueError:
        raise web.HTTPBadRequest from None
    if not isinstance(said, dict):
        raise web.HTTPBadRequest
    return said


def _member(name: object) -> Member:
    """On the page a name is all there is to a person."""
    shown = " ".join(str(name or "").replace("\0", "").split())[:_MOST_NAME]
    if not shown:
        raise web.HTTPBadRequest
    return Member(shown.casefold(), shown)


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise web.HTTPBadRequest
    return value


def _time(said: str) -> datetime | None:
    if not said:
        return None
    try:
        time = datetime.fromisoformat(said)
    except ValueError:
        raise web.HTTPBadRequest from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
