"""The double's HTTP API, version 10, with the limits and errors that matter to us."""

import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiohttp import BodyPartReader, web

from tests.doubles.discord import APPLICATION_ID, BOT_ID, TOKEN, DiscordDouble, Interaction

Json = dict[str, Any]
T = TypeVar("T")
Answer = Json | list[Json] | None
Handler = Callable[[web.Request], Awaitable[Answer]]

EPHEMERAL = 1 << 6
DEFERRED, DEFERRED_UPDATE = 5, 6


class ApiError(Exception):
    """An error with Discord's own code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message}


UNKNOWN_CHANNEL = ApiError(404, 10003, "Unknown Channel")
UNKNOWN_MEMBER = ApiError(404, 10007, "Unknown Member")
UNKNOWN_MESSAGE = ApiError(404, 10008, "Unknown Message")
UNKNOWN_INTERACTION = ApiError(404, 10062, "Unknown interaction")
ALREADY_ANSWERED = ApiError(400, 40060, "Interaction has already been acknowledged.")
EMPTY_MESSAGE = ApiError(400, 50006, "Cannot send an empty message")
MISSING_PERMISSIONS = ApiError(403, 50013, "Missing Permissions")
INVALID_FORM = ApiError(400, 50035, "Invalid Form Body")
THREAD_EXISTS = ApiError(400, 160004, "A thread has already been created for this message")


def routes(double: DiscordDouble) -> list[web.RouteDef]:
    """Return the routes of the API and of the attachments."""
    api = Api(double)
    message = "/channels/{channel}/messages/{message}"
    table: list[tuple[str, str, Handler]] = [
        ("GET", "/users/@me", api.me),
        ("GET", "/oauth2/applications/@me", api.application),
        ("PUT", "/applications/{application}/commands", api.overwrite_commands),
        ("GET", "/guilds/{guild}/members/{user}", api.member),
        ("GET", "/channels/{channel}", api.channel),
        ("GET", "/channels/{channel}/messages", api.history),
        ("POST", "/channels/{channel}/messages", api.send),
        ("GET", message, api.message),
        ("POST", f"{message}/threads", api.start_thread),
        ("PUT", f"{message}/reactions/{{emoji}}/@me", api.react),
        ("POST", "/interactions/{interaction}/{token}/callback", api.answer_interaction),
        ("PATCH", "/webhooks/{application}/{token}/messages/@original", api.edit_answer),
        ("POST", "/webhooks/{application}/{token}", api.follow_up),
    ]
    return [
        *(web.route(method, f"/api/v10{path}", api.guarded(handler)) for method, path, handler in table),
        web.get("/attachments/{channel}/{attachment}/{name}", api.attachment),
    ]


class Api:
    """Request handlers: each returns JSON or raises ApiError."""

    def __init__(self, double: DiscordDouble) -> None:
        self._double = double

    def guarded(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Check the token, record the request, fail where that was asked for, and give the answer its form."""

        async def guard(request: web.Request) -> web.Response:
            what = f"{request.method} {request.path.removeprefix('/api/v10')}"
            self._double.requests.append((request.method, request.path.removeprefix("/api/v10")))
            by_token = "/interactions/" in what or "/webhooks/" in what
            if not by_token and request.headers.get("Authorization") != f"Bot {TOKEN}":
                return _json({"code": 0, "message": "401: Unauthorized"}, 401)
            refusal = next((each for each in self._double.refusals if each.path.search(what)), None)
            if refusal:
                self._double.refusals.remove(refusal)
                if refusal.after:
                    await handler(request)
                return _json(refusal.body, refusal.status)
            try:
                answer = await handler(request)
            except ApiError as error:
                return _json(error.body, error.status)
            return web.Response(status=204) if answer is None else _json(answer, 200)

        return guard

    async def me(self, _: web.Request) -> Answer:
        return {**self._double.members[BOT_ID]["user"], "mfa_enabled": True, "verified": True, "flags": 0}

    async def application(self, _: web.Request) -> Answer:
        owner = self._double.members[BOT_ID]["user"]
        return {
            "id": APPLICATION_ID, "name": "Reunite", "description": "", "icon": None, "owner": owner, "team": None,
            "bot_public": True, "bot_require_code_grant": False, "verify_key": "0" * 64, "flags": 0, "summary": "",
        }  # fmt: skip

    async def overwrite_commands(self, request: web.Request) -> Answer:
        commands = await request.json()
        about = {"application_id": APPLICATION_ID, "version": "1", "default_member_permissions": None}
        self._double.commands = [{**about, "id": self._double.new_id(), **command} for command in commands]
        return self._double.commands

    async def member(self, request: web.Request) -> Answer:
        return _known(self._double.members, request.match_info["user"], UNKNOWN_MEMBER)

    async def channel(self, request: web.Request) -> Answer:
        return _known(self._double.channels, request.match_info["channel"], UNKNOWN_CHANNEL)

    async def history(self, request: web.Request) -> Answer:
        messages = _known(self._double.messages, request.match_info["channel"], UNKNOWN_CHANNEL)
        before = int(request.query.get("before", 1 << 63))
        newest = [each for each in reversed(messages.values()) if int(each["id"]) < before]
        return [_public(each) for each in newest[: int(request.query.get("limit", "50"))]]

    async def message(self, request: web.Request) -> Answer:
        return _public(self._message(request))

    def _message(self, request: web.Request) -> Json:
        messages = _known(self._double.messages, request.match_info["channel"], UNKNOWN_CHANNEL)
        return _known(messages, request.match_info["message"], UNKNOWN_MESSAGE)

    async def send(self, request: web.Request) -> Answer:
        channel = request.match_info["channel"]
        _known(self._double.channels, channel, UNKNOWN_CHANNEL)
        payload, files = await _body(request)
        if channel in self._double.closed_to_bot:
            raise MISSING_PERMISSIONS
        _check(payload, files)
        nonce = payload.get("nonce")
        if nonce and payload.get("enforce_nonce") and nonce in self._double.nonces:
            return self._double.nonces[nonce]
        attachments = [self._double.attach(channel, name, data, "image/jpeg") for name, data in files.items()]
        content = {key: payload.get(key) or [] for key in ("embeds", "components")}
        content["content"] = payload.get("content") or ""
        allowed = payload.get("allowed_mentions", {"parse": ["users", "roles", "everyone"]})
        message = self._double.add_message(
            channel, BOT_ID, {**content, "attachments": attachments, "allowed_mentions": allowed}
        )
        _resolve_pictures(message)
        if nonce:
            self._double.nonces[nonce] = {**_public(message), "nonce": nonce}
        await self._double.tell_of(_public(message))
        return {**_public(message), "nonce": nonce}

    async def start_thread(self, request: web.Request) -> Answer:
        payload = await request.json()
        message = self._message(request)
        if message["channel_id"] in self._double.closed_to_bot:
            raise MISSING_PERMISSIONS
        if "thread" in message:
            raise THREAD_EXISTS
        if not 1 <= len(payload["name"]) <= 100:
            raise INVALID_FORM
        thread = self._double.add_thread(message["channel_id"], message["id"], payload["name"])
        await self._double.gateway.dispatch("THREAD_CREATE", {**thread, "newly_created": True})
        return thread

    async def react(self, request: web.Request) -> Answer:
        message = self._message(request)
        self._double.reactions.add((message["id"], request.match_info["emoji"], BOT_ID))
        return None

    async def answer_interaction(self, request: web.Request) -> Answer:
        used = self._interaction(request)
        if used.deferred or used.answer:
            raise ALREADY_ANSWERED
        if time.monotonic() - used.since > 3:
            raise UNKNOWN_INTERACTION
        payload = await request.json()
        data = payload.get("data", {})
        used.deferred = payload["type"] == (DEFERRED_UPDATE if used.message else DEFERRED)
        used.ephemeral = bool(data.get("flags", 0) & EPHEMERAL)
        used.answer = data.get("content")
        return {"interaction": {"id": used.id, "type": 2, "response_message_loading": used.deferred}}

    async def edit_answer(self, request: web.Request) -> Answer:
        used = self._interaction(request)
        payload, _ = await _body(request)
        if used.message:
            message = self._double.find(used.message)
            message |= {key: payload[key] for key in ("embeds", "components") if key in payload}
            return _public(message)
        used.answer = payload["content"]
        return self._private(used)

    async def follow_up(self, request: web.Request) -> Answer:
        used = self._interaction(request)
        payload, _ = await _body(request)
        if not used.deferred:
            raise UNKNOWN_INTERACTION
        used.answer, used.ephemeral = payload["content"], bool(payload.get("flags", 0) & EPHEMERAL)
        return self._private(used)

    def _private(self, used: Interaction) -> Json:
        bot = self._double.members[BOT_ID]["user"]
        return {
            "id": self._double.new_id(), "channel_id": self._double.channel("general"), "author": bot, "type": 20,
            "content": used.answer, "timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None, "embeds": [],
            "attachments": [], "mentions": [], "mention_roles": [], "mention_everyone": False, "tts": False,
            "pinned": False, "flags": EPHEMERAL, "webhook_id": APPLICATION_ID,
        }  # fmt: skip

    def _interaction(self, request: web.Request) -> Interaction:
        return _known(self._double.interactions, request.match_info["token"], UNKNOWN_INTERACTION)

    async def attachment(self, request: web.Request) -> web.Response:
        """Serve a file, as Discord's file host does: without any token."""
        data = self._double.files.get(request.path)
        if data is None:
            return web.Response(status=404)
        return web.Response(body=data, content_type="image/jpeg")


def _json(body: object, status: int) -> web.Response:
    """Answer with exactly application/json: the client library takes nothing else for JSON."""
    headers = {"Content-Type": "application/json"}
    if status == 429:
        headers |= {"Via": "1.1 double", "Retry-After": "1"}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers)


def _known(things: dict[str, T], key: str, otherwise: ApiError) -> T:
    if key not in things:
        raise otherwise
    return things[key]


def _public(message: Json) -> Json:
    """Leave out what Discord does not give back."""
    return {key: value for key, value in message.items() if key not in {"allowed_mentions", "nonce"}}


async def _body(request: web.Request) -> tuple[Json, dict[str, bytes]]:
    """Read JSON, or JSON with files beside it."""
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


def _check(payload: Json, files: dict[str, bytes]) -> None:
    embeds = payload.get("embeds", [])
    if not (payload.get("content") or files or any(embed.get("description") for embed in embeds)):
        raise EMPTY_MESSAGE
    too_long = len(payload.get("content") or "") > 2000 or len(payload.get("nonce") or "") > 25
    if too_long or any(len(embed.get("description", "")) > 4096 for embed in embeds):
        raise INVALID_FORM
    buttons = [each for row in payload.get("components") or [] for each in row["components"]]
    names = {each["custom_id"] for each in buttons}
    if len(names) < len(buttons) or any(
        not 0 < len(each["label"]) <= 80 or not 0 < len(each["custom_id"]) <= 100 for each in buttons
    ):
        raise INVALID_FORM


def _resolve_pictures(message: Json) -> None:
    """Turn an embed's attachment:// into the file's address."""
    urls = {each["filename"]: each["url"] for each in message["attachments"]}
    for embed in message["embeds"]:
        picture = embed.get("thumbnail")
        if picture:
            name = re.sub("^attachment://", "", picture["url"])
            embed["thumbnail"] = {"url": urls[name], "width": 512, "height": 512}
