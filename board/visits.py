"""Sessions: a sealed cookie names the session, and every change carries the cookie's CSRF token."""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web

from board.forms import form, plain_form
from db.board_sessions import BoardSessions, Moderator
from db.keys import Keys
from reunite.entities import ReplyTarget

_SESSION_SECONDS: Final = 12 * 60 * 60
"""How long a session lasts; the database ends it too."""
_PURPOSE: Final = "board"
"""The prefix of what the cookie seals, so that nothing else that is sealed passes for a session."""
_CSRF_BYTES: Final = 24
LANGUAGE: Final = ContextVar("language", default="en")
"""The language of the request in progress: the moderator's, or the browser's before we know who it is."""
CHANNEL: Final = "board"
"""The channel by which the domain knows actions taken on the board."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A checked request of a moderator, and the form that came with it."""

    request: web.Request
    moderator: Moderator
    csrf: str
    fields: dict[str, str] = field(default_factory=dict)
    photo: bytes = b""

    @property
    def community(self) -> UUID:
        return self.moderator.community

    @property
    def language(self) -> str:
        return self.moderator.language

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.moderator.zone or "UTC")

    @property
    def target(self) -> ReplyTarget:
        """Return the target by which the domain knows the moderator."""
        return ReplyTarget(self.moderator.platform, self.moderator.workspace, CHANNEL)

    @property
    def id(self) -> UUID:
        """Return the id in the path. Raises HTTPNotFound."""
        try:
            return UUID(self.request.match_info["id"])
        except ValueError:
            raise web.HTTPNotFound from None


Handle = Callable[[Visit], Awaitable[web.StreamResponse]]


class Visits:
    """Begins and ends sessions, and lets only moderators in."""

    def __init__(self, sessions: BoardSessions, keys: Keys, *, secure: bool) -> None:
        """`secure` says that the board is reached by HTTPS."""
        self._sessions = sessions
        self._keys = keys
        self._secure = secure
        self._cookie = "__Host-reunite-board" if secure else "reunite-board"

    def guarded(self, handle: Handle) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return a handler for people who are signed in; for others it raises HTTPUnauthorized.

        A form without the session's token raises HTTPForbidden.
        """

        async def guarded(request: web.Request) -> web.StreamResponse:
            return await handle(await self._visit(request))

        return guarded

    async def begin(self, request: web.Request) -> web.Response | None:
        """Use the link in a form; return a redirect to the board, or None if the link can't be used."""
        session = await self._sessions.begin((await plain_form(request)).get("link", ""))
        if session is None:
            return None
        response = see_other("/")
        response.set_cookie(
            self._cookie,
            self._keys.encrypt(f"{_PURPOSE} {session} {secrets.token_urlsafe(_CSRF_BYTES)}"),
            max_age=_SESSION_SECONDS,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )
        return response

    async def end(self, visit: Visit) -> web.Response:
        """Sign a moderator out, wherever the cookie was copied to."""
        await self._sessions.end(visit.moderator)
        response = see_other("/sign-in")
        response.del_cookie(self._cookie, path="/", secure=self._secure, httponly=True, samesite="Lax")
        return response

    async def _visit(self, request: web.Request) -> Visit:
        session, csrf = self._read(request.cookies.get(self._cookie, ""))
        moderator = await self._sessions.find(session) if session else None
        if moderator is None:
            raise web.HTTPUnauthorized
        LANGUAGE.set(moderator.language)
        if request.method != "POST":
            return Visit(request, moderator, csrf)
        fields, photo = await form(request)
        if not hmac.compare_digest(fields.pop("csrf", "").encode(), csrf.encode()):
            raise web.HTTPForbidden
        return Visit(request, moderator, csrf, fields, photo)

    def _read(self, cookie: str) -> tuple[UUID | None, str]:
        match (self._keys.unseal(cookie) or "").split(" "):
            case [purpose, session, csrf] if purpose == _PURPOSE:
                return UUID(session), csrf
            case _:
                return None, ""


def see_other(path: str) -> web.Response:
    """Redirect from a form to a page, so that reloading the page doesn't send the form again."""
    return web.Response(status=web.HTTPSeeOther.status_code, headers={"Location": path})
