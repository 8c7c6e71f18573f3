"""What every request to the double's HTTP API goes through: the token, the limits, errors in Discord's form."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import BodyPartReader, web

from tests.doubles.discord_guild import Guild
from tests.doubles.discord_shapes import TOKEN, Json

T = TypeVar("T")
Answer = Json | list[Json] | None
Handler = Callable[[web.Request], Awaitable[Answer]]
PREFIX = "/api/v10"
# reference, "User Agent": clients must send a valid one, of this form, or may be blocked (read 2026-11-30). discord.py
# puts a space where the form has a comma.
_USER_AGENT = re.compile(r"DiscordBot \(https?://[^\s,()]+,? [^\s,()]+\)")


class ApiError(Exception):
    """An error with Discord's own code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message}


# developers/topics/opcodes-and-status-codes, "JSON Error Codes" (read 2026-11-26).
UNKNOWN_CHANNEL = ApiError(404, 10003, "Unknown Channel")
UNKNOWN_MEMBER = ApiError(404, 10007, "Unknown Member")
UNKNOWN_MESSAGE = ApiError(404, 10008, "Unknown Message")
UNKNOWN_INTERACTION = ApiError(404, 10062, "Unknown interaction")
ALREADY_ANSWERED = ApiError(400, 40060, "Interaction has already been acknowledged.")
TOO_MANY_CHANNELS = ApiError(400, 30013, "Maximum number of guild channels reached (500)")
TOO_MANY_REACTIONS = ApiError(400, 30010, "Maximum number of reactions reached (20)")
MISSING_ACCESS = ApiError(403, 50001, "Missing Access")
NOT_THE_AUTHOR = ApiError(403, 50005, "Cannot edit a message authored by another user")
EMPTY_MESSAGE = ApiError(400, 50006, "Cannot send an empty message")
MISSING_PERMISSIONS = ApiError(403, 50013, "Missing Permissions")
CANT_MESSAGE = ApiError(403, 50007, "Cannot send messages to this user")
SECOND_FACTOR_REQUIRED = ApiError(403, 60003, "Two factor is required for this operation")
INVALID_TOKEN = ApiError(401, 50027, "Invalid Webhook Token")
TAG_REQUIRED = ApiError(400, 40067, "A tag is required to create a forum post in this channel")
INVALID_FORM = ApiError(400, 50035, "Invalid Form Body")
THREAD_IS_ARCHIVED = ApiError(400, 50083, "Thread is archived")
THREAD_IS_LOCKED = ApiError(400, 160005, "Thread is locked")
TOO_MANY_THREADS = ApiError(400, 160006, "Maximum number of active threads reached")
THREAD_EXISTS = ApiError(400, 160004, "A thread has already been created for this message")


@dataclass
class Refusal:
    """How the next request to a path fails: before it takes effect, or after it (`after`).

    With status 0, the connection breaks instead of an answer, or, if it `hangs`, stays open without one. With a `page`,
    the answer isn't Discord's own.
    """

    path: re.Pattern[str]
    status: int
    body: Json
    after: bool = False
    page: str = ""
    hangs: bool = False


def banned(path: str) -> Refusal:
    """Let Cloudflare answer the next request to a path, with a page."""
    # developers/topics/rate-limits, "Invalid Request Limit": it restricts an address for a while. Its answers have no
    # "Via", by which discord.py tells them from Discord's (read 2026-11-28).
    page = "<!doctype html><title>Access denied</title>\n<h1>Error 1015: You are being rate limited</h1>"
    return Refusal(re.compile(path), 429, {}, page=page)


def _not_let_in(request: web.Request, path: str) -> web.Response | None:
    """Return the answer to a request from an unknown program, or without the token where one is needed."""
    if not _USER_AGENT.match(request.headers.get("User-Agent", "")):
        return answer_json({"code": 40333, "message": "internal network error"}, 403)
    by_token = path.startswith(("/interactions/", "/webhooks/"))
    if not by_token and request.headers.get("Authorization") != f"Bot {TOKEN}":
        return answer_json({"code": 0, "message": "401: Unauthorized"}, 401)
    return None


def guarded(double: Guild, refusals: list[Refusal], handler: Handler) -> Callable[[web.Request], Awaitable[Any]]:
    """Check the token, record the request, fail if a test asked for it, and format the answer."""

    async def guard(request: web.Request) -> web.Response:
        path = request.path.removeprefix(PREFIX)
        what = f"{request.method} {path}"
        double.requests.append((request.method, path))
        if not_let_in := _not_let_in(request, path):
            return not_let_in
        headers, too_fast = double.limits.take(what)
        if too_fast:
            return answer_json(too_fast, 429, headers)
        refusal = next((refusal for refusal in refusals if refusal.path.search(what)), None)
        if refusal:
            refusals.remove(refusal)
            if refusal.after:
                await handler(request)
            if refusal.hangs:
                await asyncio.Event().wait()
            if not refusal.status and request.transport:
                request.transport.abort()
            if refusal.page:
                headers = {"Retry-After": "2400"}
                return web.Response(text=refusal.page, content_type="text/html", status=refusal.status, headers=headers)
            return answer_json(refusal.body, refusal.status or 500)
        try:
            answer = await handler(request)
        except ApiError as error:
            return answer_json(error.body, error.status, headers)
        return web.Response(status=204, headers=headers) if answer is None else answer_json(answer, 200, headers)

    return guard


def answer_json(body: object, status: int, headers: dict[str, str] | None = None) -> web.Response:
    """Answer with exactly application/json: the client library takes nothing else for JSON."""
    headers = {**(headers or {}), "Content-Type": "application/json"}
    if status == 429:
        headers |= {"Via": "1.1 double", "Retry-After": "1"}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers)


def known(things: dict[str, T], key: str, otherwise: ApiError) -> T:
    if key not in things:
        raise otherwise
    return things[key]


async def body_of(request: web.Request) -> tuple[Json, dict[str, bytes]]:
    """Read JSON, or JSON and files."""
    if request.content_type == "application/json":
        return await request.json(), {}
    payload: Json = {}
    files = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise INVALID_FORM
        if part.name == "payload_json":
            payload = json.loads(await part.text())
        else:
            files[part.filename or ""] = bytes(await part.read())
    return payload, files
