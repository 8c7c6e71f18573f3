"""A local server with as much of Discord's API and gateway as a burst of photo posts needs, rate limits included."""

import json
import time
from typing import Any, Final, Self

from aiohttp import BodyPartReader, WSMsgType, web

from cli.bench import discord_objects as objects
from cli.bench.discord_objects import Json
from cli.bench.local_interactions import ADMINISTRATOR, BOT, GUILD, Interactions, json_response
from cli.bench.rate_limits import RateLimits

TOKEN: Final = "local"  # noqa: S105 - of this server only
_API: Final = "/api/v10"
_USER: Final = BOT["user"]
_DISPATCH, _HEARTBEAT, _IDENTIFY, _HELLO, _HEARTBEAT_ACK = 0, 1, 2, 10, 11
_EPOCH_MS: Final = 1420070400000
_SHOWN: Final[Json] = {"content": "", "embeds": [], "components": []}
"""The fields of a message that the bot may set, when empty."""


class LocalDiscord:
    """One guild with the channels #found and #lost, on 127.0.0.1: `async with LocalDiscord() as discord:`."""

    def __init__(self) -> None:
        self.limits = RateLimits()
        self.interactions = Interactions()
        self.acknowledged: set[str] = set()
        """Messages that the bot has reacted to."""
        self.answered: dict[str, float] = {}
        """When the bot first wrote in a thread (`time.perf_counter`), by the message that the thread belongs to."""
        self._last_id = 0
        self._channels = {
            name: objects.channel(self._new_id(), GUILD, name, position)
            for position, name in enumerate(("found", "lost"))
        }
        self._places = {channel["id"]: channel for channel in self._channels.values()}
        self._messages: dict[str, Json] = {}
        self._photos: dict[str, bytes] = {}
        self._gateway: web.WebSocketResponse | None = None
        self._sequence = 0

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=32 << 20, middlewares=[self._guard])
        app.add_routes(self._routes())
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.host = f"127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def api_base(self) -> str:
        return f"http://{self.host}{_API}"

    @property
    def gateway_url(self) -> str:
        return f"ws://{self.host}/gateway"

    async def post(self, text: str, photo: bytes) -> str:
        """Post a photo in #found, each time as another member, and return the message's id."""
        number = self._new_id()
        self._photos[number] = photo
        url = f"http://{self.host}/photos/{number}/photo.jpg"
        attachment = {
            "id": number, "filename": "photo.jpg", "size": len(photo), "url": url, "proxy_url": url,
            "content_type": "image/jpeg",
        }  # fmt: skip
        member = objects.member(number, "Member", bot=False)  # one alone may not report so much
        content = {"content": text, "attachments": [attachment]}
        message = self._add(self._channels["found"]["id"], member["user"], content, number)
        about = {key: value for key, value in member.items() if key != "user"}
        await self._dispatch("MESSAGE_CREATE", {**message, "guild_id": GUILD, "member": about})
        return number

    async def use_lost(self, text: str) -> None:
        """Use the command `/lost` in #lost as a member."""
        event = self.interactions.lost(self._new_id(), self._channels["lost"], text)
        await self._dispatch("INTERACTION_CREATE", event)

    # Gateway

    async def _serve_gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": _HELLO, "d": {"heartbeat_interval": 41250}})
        async for frame in socket:
            operation = json.loads(frame.data)["op"] if frame.type is WSMsgType.TEXT else None
            if operation == _HEARTBEAT:
                await socket.send_json({"op": _HEARTBEAT_ACK})
            elif operation == _IDENTIFY:
                self._gateway = socket
                await self._greet()
        return socket

    async def _greet(self) -> None:
        ready = {
            "v": 10, "user": _USER, "session_id": "session", "resume_gateway_url": self.gateway_url,
            "guilds": [{"id": GUILD, "unavailable": True}], "application": {"id": _USER["id"], "flags": 0},
            "shard": [0, 1],
        }  # fmt: skip
        await self._dispatch("READY", ready)
        parts = {"channels": list(self._channels.values()), "members": [BOT], "threads": [], "member_count": 2}
        everyone = objects.role(GUILD, "@everyone", ADMINISTRATOR)
        guild = objects.guild(GUILD, "Benchmark", "3", roles=[everyone], preferred_locale="en-US", **parts)
        await self._dispatch("GUILD_CREATE", guild)

    async def _dispatch(self, name: str, data: Json) -> None:
        self._sequence += 1
        if self._gateway is not None:
            await self._gateway.send_json({"op": _DISPATCH, "t": name, "s": self._sequence, "d": data})

    # HTTP API

    def _routes(self) -> list[web.RouteDef]:
        channel = f"{_API}/channels/{{channel}}"
        message = f"{channel}/messages/{{message}}"
        return [
            web.get("/gateway", self._serve_gateway),
            web.get("/photos/{message}/{name}", self._photo),
            web.get(f"{_API}/gateway/bot", self._gateway_info),
            web.get(f"{_API}/users/@me", self._me),
            web.get(f"{_API}/users/@me/guilds", self._guilds),
            web.get(f"{_API}/oauth2/applications/@me", self._application),
            web.put(f"{_API}/applications/{{application}}/commands", self._commands),
            web.get(channel, self._get_channel),
            web.get(f"{channel}/messages", self._history),
            web.post(f"{channel}/messages", self._send),
            web.get(message, self._get_message),
            web.patch(message, self._edit),
            web.post(f"{message}/threads", self._start_thread),
            web.put(f"{message}/reactions/{{emoji}}/@me", self._react),
            *self.interactions.routes(_API),
        ]

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Apply the rate limits to API requests."""
        if not request.path.startswith(_API):
            response: web.StreamResponse = await handler(request)
            return response
        headers, refusal = self.limits.take(f"{request.method} {request.path.removeprefix(_API)}")
        if refusal:
            headers |= {"Via": "1.1 local", "Retry-After": "1"}
            return json_response(refusal, status=429, headers=headers)
        response = await handler(request)
        response.headers.update(headers)
        return response

    async def _photo(self, request: web.Request) -> web.Response:
        return web.Response(body=self._photos[request.match_info["message"]], content_type="image/jpeg")

    async def _gateway_info(self, _: web.Request) -> web.Response:
        starts = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return json_response({"url": self.gateway_url, "shards": 1, "session_start_limit": starts})

    async def _me(self, _: web.Request) -> web.Response:
        return json_response({**_USER, "mfa_enabled": True, "verified": True, "flags": 0})

    async def _guilds(self, _: web.Request) -> web.Response:
        return json_response([{"id": GUILD, "name": "Benchmark", "owner": False, "permissions": "0", "features": []}])

    async def _application(self, _: web.Request) -> web.Response:
        return json_response({
            "id": _USER["id"], "name": "Reunite", "description": "", "icon": None, "owner": _USER, "team": None,
            "bot_public": True, "bot_require_code_grant": False, "verify_key": "0" * 64, "flags": 1 << 19,
            "summary": "",
        })  # fmt: skip

    async def _commands(self, request: web.Request) -> web.Response:
        defaults = {
            "application_id": _USER["id"],
            "version": "1",
            "default_member_permissions": None,
            "description": "",
        }
        known = [{**defaults, "id": self._new_id(), **command} for command in await request.json()]
        self.interactions.register(known)
        return json_response(known)

    async def _get_channel(self, request: web.Request) -> web.Response:
        return json_response(self._places[request.match_info["channel"]])

    async def _history(self, request: web.Request) -> web.Response:
        channel, limit = request.match_info["channel"], int(request.query.get("limit", "50"))
        after, before = int(request.query.get("after", "0")), int(request.query.get("before", 1 << 63))
        messages = [
            message
            for number, message in self._messages.items()
            if message["channel_id"] == channel and after < int(number) < before
        ]
        return json_response(list(reversed(messages[:limit] if after else messages[-limit:])))

    async def _get_message(self, request: web.Request) -> web.Response:
        return json_response(self._messages[request.match_info["message"]])

    async def _send(self, request: web.Request) -> web.Response:
        channel = request.match_info["channel"]
        self.answered.setdefault(channel, time.perf_counter())
        return json_response(self._add(channel, _USER, await _payload(request)))

    async def _edit(self, request: web.Request) -> web.Response:
        message = self._messages[request.match_info["message"]]
        message |= await _payload(request)
        return json_response(message)

    async def _start_thread(self, request: web.Request) -> web.Response:
        parent, message = self._places[request.match_info["channel"]], request.match_info["message"]
        thread = objects.thread(message, parent, _USER["id"], (await request.json())["name"])
        self._places[message] = thread
        await self._dispatch("THREAD_CREATE", thread)
        return json_response(thread, status=201)

    async def _react(self, request: web.Request) -> web.Response:
        self.acknowledged.add(request.match_info["message"])
        return web.Response(status=204)

    # State

    def _new_id(self) -> str:
        """Return a snowflake: the time in its upper bits, greater than all before."""
        self._last_id = max(self._last_id + 1, (int(time.time() * 1000) - _EPOCH_MS) << 22)
        return str(self._last_id)

    def _add(self, channel: str, author: Json, content: Json, number: str | None = None) -> Json:
        message = objects.message(number or self._new_id(), channel, author, content)
        self._messages[message["id"]] = message
        return message


async def _payload(request: web.Request) -> Json:
    """Return what a sent or edited message shows; its files are left out."""
    payload: Json = {}
    if request.content_type == "application/json":
        payload = await request.json()
    else:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == "payload_json":
                payload = json.loads(await part.text())
    return {key: payload[key] or default for key, default in _SHOWN.items() if key in payload}
