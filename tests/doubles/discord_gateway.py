"""The double's gateway: hello, heartbeats, identify and resume, and every event since the beginning."""

import json
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

if TYPE_CHECKING:
    from tests.doubles.discord import DiscordDouble

Json = dict[str, Any]

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 0, 1, 2, 6, 7, 9, 10, 11
DISALLOWED_INTENTS = 4014
_MESSAGE_CONTENT = 1 << 15
_NEEDS = {"MESSAGE_REACTION": 1 << 10, "MESSAGE": 1 << 9, "CHANNEL": 1, "THREAD": 1, "GUILD": 1}
"""The intent without which events whose names begin so are not sent; the longer name first."""


class Gateway:
    """One session, over any number of connections."""

    def __init__(self, double: "DiscordDouble") -> None:
        self._double = double
        self._socket: web.WebSocketResponse | None = None
        self._events: list[Json] = []
        self.intents = 0
        self.allows_message_content = True
        self.identified = 0
        self.resumed = 0

    async def dispatch(self, name: str, data: Json) -> None:
        """Send an event, now or when the bot resumes; what the bot's intents leave out is left out."""
        needed = next((intent for prefix, intent in _NEEDS.items() if name.startswith(prefix)), 0)
        if needed and not self.intents & needed:
            return
        if name == "MESSAGE_CREATE" and not self.intents & _MESSAGE_CONTENT:
            data = {**data, "content": "", "attachments": [], "embeds": []}
        event = {"op": DISPATCH, "t": name, "s": len(self._events) + 1, "d": data}
        self._events.append(event)
        if self._socket is not None and not self._socket.closed:
            await self._socket.send_json(event)

    async def drop(self) -> None:
        """Break the connection off."""
        if self._socket is not None:
            await self._socket.close(code=4000)

    async def ask_to_reconnect(self) -> None:
        """Send the bot away, as Discord does several times a day."""
        if self._socket is not None:
            await self._socket.send_json({"op": RECONNECT, "d": None})

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Hold one connection."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": 41250}})
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                payload = json.loads(frame.data)
                await self._receive(socket, payload["op"], payload["d"])
        return socket

    async def _receive(self, socket: web.WebSocketResponse, operation: int, data: Json) -> None:
        if operation == HEARTBEAT:
            await socket.send_json({"op": HEARTBEAT_ACK})
        elif operation == IDENTIFY:
            self.intents = data["intents"]
            if self.intents & _MESSAGE_CONTENT and not self.allows_message_content:
                await socket.close(code=DISALLOWED_INTENTS)
                return
            self.identified += 1
            self._socket = socket
            await self._welcome()
        elif operation == RESUME:
            self.resumed += 1
            self._socket = socket
            for event in self._events[data["seq"] :]:
                await socket.send_json(event)
            await self.dispatch("RESUMED", {})

    async def _welcome(self) -> None:
        double = self._double
        bot = double.members[double.bot_id]["user"]
        await self.dispatch(
            "READY",
            {
                "v": 10,
                "user": bot,
                "session_id": "session-of-the-double",
                "resume_gateway_url": double.gateway_url,
                "guilds": [{"id": double.guild_id, "unavailable": True}],
                "application": {"id": bot["id"], "flags": 0},
            },
        )
        await self.dispatch("GUILD_CREATE", double.guild())
