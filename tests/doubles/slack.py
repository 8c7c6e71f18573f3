"""Slack for tests: a workspace with members and channels, its Web API and Socket Mode, on 127.0.0.1.

It behaves as Slack was seen to behave, unpleasant sides included: envelopes that are not acknowledged come again, files
need a while and the bot's token, a deleted post with answers becomes a tombstone, an answer to one goes to everybody.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import ClientConnectionResetError, WSMsgType, web

from tests.doubles.slack_api import BOT_USER, TEAM, SlackApi

PATIENCE = 30.0
"""Seconds after which a test gives up waiting; nothing is measured by it."""


@dataclass
class Envelope:
    """Something Slack sent by Socket Mode, and how it went. `sent` counts the times, `ack` is what came back."""

    kind: str
    payload: dict[str, Any]
    id: str
    sent: int = 0
    ack: dict[str, Any] | None = None
    acked: asyncio.Event = field(default_factory=asyncio.Event)
    answers: list[dict[str, Any]] = field(default_factory=list)
    """What was posted to the response_url of a command."""


class SlackDouble:
    """One workspace. Members act by the methods below; what the bot did is in `calls`, `messages` and `envelopes`."""

    def __init__(self, *, acknowledge_within: float = 3, retries: int = 3) -> None:
        """Unacknowledged envelopes come again after so many seconds, so many times: 3 and 3 with Slack."""
        self._acknowledge_within = acknowledge_within
        self._retries = retries
        self._numbers = itertools.count(1)
        self._sockets: list[web.WebSocketResponse] = []
        self._connected = asyncio.Event()
        self._deliveries: set[asyncio.Task[None]] = set()
        self.members: dict[str, dict[str, Any]] = {BOT_USER: {"id": BOT_USER, "name": "reunite", "is_bot": True}}
        self.channels: dict[str, dict[str, Any]] = {}
        self.messages: dict[str, list[dict[str, Any]]] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.envelopes: list[Envelope] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.connections = 0
        self.origin = ""
        self.api = SlackApi(self)

    @property
    def api_base(self) -> str:
        """The address of the Web API."""
        return f"{self.origin}/api/"

    @classmethod
    @asynccontextmanager
    async def running(cls, **settings: Any) -> AsyncIterator[Self]:
        """Serve until the context ends."""
        double = cls(**settings)
        app = web.Application(client_max_size=32 << 20)
        double.api.add_routes(app)
        app.router.add_get("/socket", double._socket)
        app.router.add_post("/response/{envelope}", double._answer)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        double.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield double
        finally:
            for task in double._deliveries:
                task.cancel()
            await asyncio.gather(*double._deliveries, return_exceptions=True)
            await runner.cleanup()

    # People

    def add_member(self, name: str, *, admin: bool = False) -> str:
        """Let someone in; return their id."""
        user = f"U{next(self._numbers):08}"
        self.members[user] = {"id": user, "name": name.lower(), "is_admin": admin, "profile": {"display_name": name}}
        return user

    def add_channel(self, name: str, *, bot_inside: bool = True) -> str:
        """Open a channel; return its id."""
        channel = f"C{next(self._numbers):08}"
        self.channels[channel] = {"id": channel, "name": name, "is_member": bot_inside, "is_archived": False}
        self.messages[channel] = []
        return channel

    def invite_bot(self, channel: str) -> None:
        """Let the bot into a channel."""
        self.channels[channel]["is_member"] = True
        self.tell({"type": "member_joined_channel", "user": BOT_USER, "channel": channel, "team": TEAM})

    def post_photo(self, channel: str, author: str, jpeg: bytes, caption: str = "", **more: Any) -> str:
        """Post a photo; return the message's ts. `more` overrides fields of the event."""
        file = self.api.add_file(author, "photo.jpg", jpeg, ready=True)
        return self.post(channel, author, caption, subtype="file_share", files=[file], **more)

    def post(self, channel: str, author: str, text: str, **more: Any) -> str:
        """Post a message; return its ts."""
        message = {"type": "message", "user": author, "text": text, "ts": self.next_ts(), "team": TEAM, **more}
        self.messages[channel].append(message)
        self.tell({**message, "channel": channel, "channel_type": "channel"})
        return str(message["ts"])

    def delete(self, channel: str, ts: str) -> None:
        """Delete a message; where it has answers, a tombstone stays."""
        message = self.message(channel, ts)
        assert message
        hidden = {"type": "message", "channel": channel, "hidden": True, "ts": self.next_ts()}
        if self.thread(channel, ts):
            tombstone = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "ts": ts, "thread_ts": ts}
            self.messages[channel][self.messages[channel].index(message)] = tombstone
            self.tell({**hidden, "subtype": "message_changed", "message": tombstone, "previous_message": message})
        else:
            self.messages[channel].remove(message)
            self.tell({**hidden, "subtype": "message_deleted", "deleted_ts": ts, "previous_message": message})

    def react(self, channel: str, ts: str, name: str, user: str, *, given: bool = True) -> Envelope:
        """React to a message, or take a reaction back."""
        message = self.message(channel, ts)
        assert message
        reactions = message.setdefault("reactions", {}).setdefault(name, [])
        (reactions.append if given else reactions.remove)(user)
        kind = "reaction_added" if given else "reaction_removed"
        item = {"type": "message", "channel": channel, "ts": ts}
        return self.tell({"type": kind, "user": user, "reaction": name, "item": item, "item_user": message["user"]})

    async def slash(self, command: str, text: str, user: str, channel: str) -> Envelope:
        """Use a command and wait until it is acknowledged."""
        number = next(self._numbers)
        payload = {
            "command": f"/{command}",
            "text": text,
            "user_id": user,
            "user_name": self.members[user]["name"],
            "channel_id": channel,
            "team_id": TEAM,
            "trigger_id": f"{number}.{number}.trigger",
            "response_url": f"{self.origin}/response/E{number}",
        }
        envelope = Envelope("slash_commands", payload, f"E{number}")
        self._send(envelope, tries=1)  # Slack gives a command up after one try
        await asyncio.wait_for(envelope.acked.wait(), PATIENCE)
        return envelope

    async def press(self, channel: str, ts: str, words: str, user: str) -> Envelope:
        """Press the button with these words below a message and wait until it is acknowledged."""
        message = self.message(channel, ts)
        assert message
        blocks = json.loads(message["blocks"]) if isinstance(message["blocks"], str) else message["blocks"]
        buttons = [each for block in blocks if block["type"] == "actions" for each in block["elements"]]
        [button] = [each for each in buttons if each["text"]["text"] == words]
        number = next(self._numbers)
        payload = {
            "type": "block_actions",
            "user": {"id": user, "username": self.members[user]["name"], "team_id": TEAM},
            "team": {"id": TEAM},
            "container": {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": False},
            "channel": {"id": channel, "name": self.channels[channel]["name"]},
            "message": {**message, "blocks": blocks},
            "trigger_id": f"{number}.{number}.trigger",
            "response_url": f"{self.origin}/response/E{number}",
            "actions": [{**button, "block_id": "B1", "action_ts": self.next_ts()}],
        }
        envelope = Envelope("interactive", payload, f"E{number}")
        self._send(envelope, tries=1)
        await asyncio.wait_for(envelope.acked.wait(), PATIENCE)
        return envelope

    # Events

    def tell(self, event: dict[str, Any]) -> Envelope:
        """Send an event, again and again until it is acknowledged."""
        number = next(self._numbers)
        payload = {"type": "event_callback", "team_id": TEAM, "event_id": f"Ev{number}", "event": event}
        envelope = Envelope("events_api", payload, f"E{number}")
        self._send(envelope, tries=1 + self._retries)
        return envelope

    async def tell_again(self, envelope: Envelope) -> Envelope:
        """Send the same event once more, as Slack does when it missed an acknowledgement, and wait for this one."""
        again = Envelope(envelope.kind, envelope.payload, f"E{next(self._numbers)}", sent=1)
        self._send(again, tries=1)
        await asyncio.wait_for(again.acked.wait(), PATIENCE)
        return again

    def _send(self, envelope: Envelope, tries: int) -> None:
        self.envelopes.append(envelope)
        task = asyncio.create_task(self._deliver(envelope, tries))
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)

    async def _deliver(self, envelope: Envelope, tries: int) -> None:
        for _ in range(tries):
            await self._connected.wait()
            sent = {
                "envelope_id": envelope.id,
                "type": envelope.kind,
                "payload": envelope.payload,
                "accepts_response_payload": envelope.kind == "slash_commands",
                "retry_attempt": envelope.sent,
            }
            envelope.sent += 1
            try:
                await self._sockets[-1].send_str(json.dumps(sent))
                await asyncio.wait_for(envelope.acked.wait(), self._acknowledge_within)
            except (TimeoutError, ClientConnectionResetError):
                continue
            return

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(json.dumps({"type": "hello", "num_connections": 1}))
        self._sockets.append(socket)
        self.connections += 1
        self._connected.set()
        try:
            async for received in socket:
                if received.type is WSMsgType.TEXT:
                    self._acknowledge(json.loads(received.data))
        finally:
            self._sockets.remove(socket)
            if not self._sockets:
                self._connected.clear()
        return socket

    def _acknowledge(self, ack: dict[str, Any]) -> None:
        for envelope in self.envelopes:
            if envelope.id == ack["envelope_id"]:
                envelope.ack = ack
                envelope.acked.set()

    async def _answer(self, request: web.Request) -> web.Response:
        [envelope] = [each for each in self.envelopes if each.id == request.match_info["envelope"]]
        answer = await request.json()
        envelope.answers.append(answer)
        if answer.get("replace_original"):
            box = envelope.payload["container"]
            message = self.message(box["channel_id"], box["message_ts"])
            assert message
            message |= {"text": answer["text"], "blocks": answer["blocks"]}
        return web.Response(text="ok")

    async def ask_to_reconnect(self) -> None:
        """Announce the end of the connection, as Slack does every few hours."""
        await self._sockets[-1].send_str(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))

    async def drop_connections(self) -> None:
        """Cut every connection off."""
        self._connected.clear()
        for socket in [*self._sockets]:
            await socket.close()

    # What there is to see

    def next_ts(self) -> str:
        """The next message's ts."""
        return f"1800000000.{next(self._numbers):06}"

    def message(self, channel: str, ts: str) -> dict[str, Any] | None:
        """A message as it stands now."""
        return next((message for message in self.messages[channel] if message["ts"] == ts), None)

    def thread(self, channel: str, root: str) -> list[dict[str, Any]]:
        """The answers to a message."""
        return [each for each in self.messages[channel] if each.get("thread_ts") == root and each["ts"] != root]

    def calls_of(self, method: str) -> list[dict[str, Any]]:
        """The arguments of each call of a method."""
        return [arguments for called, arguments in self.calls if called == method]

    async def until(self, seen: Callable[[], Any]) -> Any:
        """Wait until there is something to see, and return it."""
        async with asyncio.timeout(PATIENCE):
            while not (result := seen()):  # noqa: ASYNC110 - what is seen may be anything
                await asyncio.sleep(0.01)
        return result

    async def wait_for_reply(self, channel: str, root: str, words: str) -> dict[str, Any]:
        """Wait for an answer of the bot in a thread that has these words in it."""

        def reply() -> dict[str, Any] | None:
            return next((each for each in self.thread(channel, root) if words in shown(each)), None)

        return dict(await self.until(reply))

    async def wait_for_post(self, channel: str, words: str) -> dict[str, Any]:
        """Wait for a message of the bot in a channel, outside threads, that has these words in it."""

        def post() -> dict[str, Any] | None:
            own = [each for each in self.messages[channel] if each["user"] == BOT_USER and "thread_ts" not in each]
            return next((each for each in own if words in shown(each)), None)

        return dict(await self.until(post))

    async def settle(self) -> None:
        """Wait until every envelope was acknowledged or given up."""
        await asyncio.wait_for(asyncio.gather(*self._deliveries, return_exceptions=True), PATIENCE)


def shown(message: dict[str, Any]) -> str:
    """The words that people see in a message's blocks."""

    def words(element: dict[str, Any]) -> str:
        if "elements" in element:
            return "".join(words(each) for each in element["elements"]) + "\n"
        return str(element.get("text") or element.get("user_id", ""))

    return "\n".join(words(block) for block in message.get("blocks", ()) if block["type"] == "rich_text")
