"""How the Slack double tells an app of what happens: envelopes by Socket Mode, or signed requests by HTTP.

What is not acknowledged in time is sent again; a connection may break in the middle of an envelope.
"""

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import ClientConnectionResetError, ClientError, ClientSession, WSMsgType, web

from tests.doubles.lateness import Lateness
from tests.support.waiting import PATIENCE

SIGNING_SECRET: Final = "signing-secret-of-the-double"

_PAUSE: Final = 0.2
"""Seconds between two tries where the app can't be reached; Slack waits longer."""


@dataclass
class Envelope:
    """Something Slack sent to the app, and how it went. `sent` counts the times, `ack` is what came back.

    `in_time` tells whether that was soon enough for Slack; what comes later is an error to the user.
    """

    kind: str
    payload: dict[str, Any]
    id: str
    sent: int = 0
    ack: dict[str, Any] | None = None
    acked: asyncio.Event = field(default_factory=asyncio.Event)
    in_time: bool = False
    answers: list[dict[str, Any]] = field(default_factory=list)
    """What was posted to the response_url of a command or a press."""


def signed(body: str, *, secret: str = SIGNING_SECRET, at: float | None = None) -> dict[str, str]:
    """Return the headers by which an app knows that a body comes from Slack."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    # https://api.slack.com/docs/verifying-requests-from-slack (read 2026-11-26).
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def encoded(envelope: Envelope) -> tuple[str, str]:
    """Return an envelope's payload as the body of a request, and the body's content type."""
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload), "application/json"
    form = {"payload": json.dumps(envelope.payload)} if envelope.kind == "interactive" else envelope.payload
    return urlencode(form), "application/x-www-form-urlencoded"


class SlackDelivery:
    """Delivers envelopes to the app, each on its own. `address` is where it listens by HTTP; None: Socket Mode."""

    def __init__(self, *, acknowledge_within: float, retries: int) -> None:
        self._acknowledge_within = acknowledge_within
        self._retries = retries
        self._sockets: list[web.WebSocketResponse] = []
        self._connected = asyncio.Event()
        self._deliveries: set[asyncio.Task[None]] = set()
        self.envelopes: list[Envelope] = []
        self.connections = 0
        self.refused_connections = 0
        """How many of the next attempts to connect fail; their addresses expire."""
        self._tickets = set[str]()
        self.address: str | None = None
        self.lateness = Lateness()

    @property
    def is_connected(self) -> bool:
        """Whether the app is connected by Socket Mode."""
        return self._connected.is_set()

    def send(self, envelope: Envelope) -> Envelope:
        """Send an event, with retries until it is acknowledged; a command or a press only once, as Slack does."""
        self.envelopes.append(envelope)
        # Only events come again: https://docs.slack.dev/apis/events-api, "Retries" (read 2026-11-26).
        is_event = envelope.kind == "events_api"
        for wait in self.lateness.waits() if is_event else [0.0]:
            task = asyncio.create_task(self._deliver(envelope, 1 + self._retries if is_event else 1, wait))
            self._deliveries.add(task)
            task.add_done_callback(self._deliveries.discard)
        return envelope

    async def send_and_wait(self, envelope: Envelope) -> Envelope:
        """Send an envelope and wait until it is acknowledged."""
        self.send(envelope)
        await asyncio.wait_for(envelope.acked.wait(), PATIENCE)
        return envelope

    async def settle(self) -> None:
        """Wait until every envelope is acknowledged or given up."""
        await asyncio.wait_for(asyncio.gather(*self._deliveries, return_exceptions=True), PATIENCE)

    async def close(self) -> None:
        """Cancel all deliveries."""
        for task in self._deliveries:
            task.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)

    async def _deliver(self, envelope: Envelope, tries: int, wait: float) -> None:
        await asyncio.sleep(wait)
        for _ in range(tries):
            if not self.address:
                await self._connected.wait()
            retry, envelope.sent = envelope.sent, envelope.sent + 1
            try:
                async with asyncio.timeout(self._acknowledge_within):
                    await (self._by_http(envelope, retry) if self.address else self._by_socket(envelope, retry))
            except TimeoutError:
                continue
            except (ClientConnectionResetError, ClientError, IndexError):  # the app is gone, and may be back soon
                await asyncio.sleep(min(self._acknowledge_within, _PAUSE))
                continue
            if envelope.acked.is_set():
                envelope.in_time = True
                return

    async def _by_http(self, envelope: Envelope, retry: int) -> None:
        body, kind = encoded(envelope)
        # https://docs.slack.dev/apis/events-api, "Retries" (read 2026-11-26).
        again = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"} if retry else {}
        async with (
            ClientSession() as session,
            session.post(str(self.address), data=body, headers={"Content-Type": kind, **signed(body), **again}) as got,
        ):
            words = await got.text()
            if got.status == 200:
                self._take(envelope, words)

    @staticmethod
    def _take(envelope: Envelope, words: str) -> None:
        if words.startswith("{"):
            envelope.ack = {"payload": json.loads(words)}
        else:
            envelope.ack = {"payload": {"text": words}} if words else {}
        envelope.acked.set()

    async def _by_socket(self, envelope: Envelope, retry: int) -> None:
        # The envelope's parts are those of slackapi/bolt-python#1484 (read 2026-11-26).
        sent = {
            "envelope_id": envelope.id,
            "type": envelope.kind,
            "payload": envelope.payload,
            "accepts_response_payload": envelope.kind != "events_api",
            "retry_attempt": retry,
            "retry_reason": "timeout" if retry else "",
        }
        await self._sockets[-1].send_str(json.dumps(sent))
        await envelope.acked.wait()

    def new_path(self) -> str:
        """Return where the app can connect once.

        An address is temporary: https://docs.slack.dev/reference/methods/apps.connections.open (read 2026-11-30).
        For how long isn't said; here, for one attempt.
        """
        ticket = token_hex(8)
        self._tickets.add(ticket)
        return f"/socket?ticket={ticket}"

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection of Socket Mode."""
        if request.query.get("ticket") not in self._tickets:
            raise web.HTTPForbidden
        self._tickets.discard(request.query["ticket"])
        if self.refused_connections:
            self.refused_connections -= 1
            raise web.HTTPServiceUnavailable
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

    async def ask_to_reconnect(self) -> None:
        """Announce the end of the connection, as Slack does every few hours."""
        await self._sockets[-1].send_str(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))

    async def drop_connections(self) -> None:
        """Cut every connection off."""
        self._connected.clear()
        for socket in [*self._sockets]:
            await socket.close()
