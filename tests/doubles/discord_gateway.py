"""The double's gateway: hello, heartbeats, identify and resume by shard, and every event since the beginning."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.doubles.lateness import Lateness

if TYPE_CHECKING:
    from tests.doubles.discord_guild import Guild

Json = dict[str, Any]

# developers/topics/opcodes-and-status-codes, "Gateway Opcodes" and "Gateway Close Event Codes" (read 2026-11-26).
DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 0, 1, 2, 6, 7, 9, 10, 11
ABNORMAL, DISALLOWED_INTENTS = 4000, 4014
# developers/events/gateway, "List of Intents" (read 2026-11-26).
_MESSAGE_CONTENT = 1 << 15
_NEEDS = {"MESSAGE_REACTION": 1 << 10, "MESSAGE": 1 << 9, "CHANNEL": 1, "THREAD": 1, "GUILD": 1}
"""The intent without which events whose names begin so are not sent; the longer name first."""
_DIRECTLY = 3
"""How many bits the intents for direct messages are after those for messages in guilds (read 2026-12-01)."""


@dataclass
class Session:
    """The events of one shard since it identified itself."""

    id: str
    shard: int
    socket: web.WebSocketResponse
    events: list[Json] = field(default_factory=list)


class Gateway:
    """One session for each shard, each over any number of connections."""

    def __init__(self, guild: "Guild", shards: int = 1) -> None:
        self._guild = guild
        self._sessions: dict[int, Session] = {}
        self.shards = shards
        self.heartbeat_interval = 41.25
        self.heartbeats = 0
        self.intents = 0
        self.allows_message_content = True
        self.closes_with: list[int] = []
        """The codes with which the next connections are closed when the bot identifies itself, or resumes."""
        self.closes_unasked = 0
        """How many of the next connections are closed before Hello, as in an outage."""
        self.refused_connections = 0
        """How many of the next attempts to connect fail."""
        self.identified = 0
        self.starts_left = 1000
        self.resumed = 0
        self.replays = 0
        """How many events that the bot has seen are repeated when it resumes."""
        # Worse than anything that Discord documents: for chaos tests.
        self.lateness = Lateness()
        self._later: set[asyncio.Task[None]] = set()

    @property
    def reads_content(self) -> bool:
        return bool(self.intents & _MESSAGE_CONTENT)

    @property
    def is_connected(self) -> bool:
        return any(not session.socket.closed for session in self._sessions.values())

    @property
    def shard(self) -> int:
        """The shard that gets the guild's events."""
        # developers/events/gateway, "Sharding" (read 2026-11-26).
        return (int(self._guild.guild_id) >> 22) % self.shards

    async def dispatch(self, name: str, data: Json) -> None:
        """Send an event, now or when the bot resumes, unless the bot's intents leave it out."""
        needed = next((intent for prefix, intent in _NEEDS.items() if name.startswith(prefix)), 0)
        is_direct = name.startswith("MESSAGE") and "guild_id" not in data
        if needed and not self.intents & (needed << _DIRECTLY if is_direct else needed):
            return
        for wait in self.lateness.waits():
            if wait:
                task = asyncio.create_task(self._dispatch_later(wait, name, data))
                self._later.add(task)
                task.add_done_callback(self._later.discard)
            elif session := self._sessions.get(self.shard):
                await self._send_event(session, name, data)

    async def _dispatch_later(self, wait: float, name: str, data: Json) -> None:
        await asyncio.sleep(wait)
        if session := self._sessions.get(self.shard):
            await self._send_event(session, name, data)

    async def _send_event(self, session: Session, name: str, data: Json) -> None:
        event = {"op": DISPATCH, "t": name, "s": len(session.events) + 1, "d": data}
        session.events.append(event)
        if not session.socket.closed:
            with suppress(ConnectionError):  # its process was killed just now
                await session.socket.send_json(event)

    async def drop(self) -> None:
        """Abort the connections."""
        for session in self._sessions.values():
            await session.socket.close(code=ABNORMAL)

    async def ask_to_reconnect(self) -> None:
        """Ask the bot to reconnect, as Discord does several times a day."""
        for session in self._sessions.values():
            await session.socket.send_json({"op": RECONNECT, "d": None})

    async def forget_session(self) -> None:
        """Make the guild's shard identify itself again; it never gets the events that it has missed by then."""
        session = self._sessions.pop(self.shard)
        await session.socket.send_json({"op": INVALID_SESSION, "d": False})

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Hold one connection."""
        if self.refused_connections:
            self.refused_connections -= 1
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self.closes_unasked:
            self.closes_unasked -= 1
            await socket.close(code=ABNORMAL)
            return socket
        await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": self.heartbeat_interval * 1000}})
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                payload = json.loads(frame.data)
                await self._receive(socket, payload["op"], payload["d"])
        return socket

    async def _receive(self, socket: web.WebSocketResponse, operation: int, data: Json) -> None:
        if operation == HEARTBEAT:
            self.heartbeats += 1
            await socket.send_json({"op": HEARTBEAT_ACK})
        elif operation == IDENTIFY:
            await self._identify(socket, data)
        elif operation == RESUME:
            await self._resume(socket, data)

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> None:
        self.intents = data["intents"]
        if await self._closes(socket):
            return
        if self.reads_content and not self.allows_message_content:
            await socket.close(code=DISALLOWED_INTENTS)
            return
        self.identified += 1
        shard, of = data.get("shard", (0, 1))
        assert of == self.shards
        session = Session(f"session-{shard}-{self.identified}", shard, socket)
        self._sessions[shard] = session
        guild, bot = self._guild, self._guild.members[self._guild.bot_id]["user"]
        is_here = guild.has_bot and shard == self.shard
        ready = {
            "v": 10, "user": bot, "session_id": session.id, "resume_gateway_url": guild.gateway_url,
            "guilds": [{"id": guild.guild_id, "unavailable": True}] if is_here else [],
            "application": {"id": bot["id"], "flags": 0}, "shard": [shard, of],
        }  # fmt: skip
        await self._send_event(session, "READY", ready)
        if is_here and not guild.has_outage:
            await self._send_event(session, "GUILD_CREATE", guild.guild())

    async def _closes(self, socket: web.WebSocketResponse) -> bool:
        """Close a connection if a test wants that: docs.discord.com, Opcodes and Status Codes, has the codes."""
        if not self.closes_with:
            return False
        await socket.close(code=self.closes_with.pop(0))
        return True

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> None:
        if await self._closes(socket):
            return
        session = next((session for session in self._sessions.values() if session.id == data["session_id"]), None)
        if session is None:
            await socket.send_json({"op": INVALID_SESSION, "d": False})
            return
        self.resumed += 1
        session.socket = socket
        for event in session.events[max(data["seq"] - self.replays, 0) :]:
            await socket.send_json(event)
        await self._send_event(session, "RESUMED", {})
