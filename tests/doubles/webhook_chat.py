"""A chat that talks to the bot by webhooks, as strict as docs/webhook.md asks of one.

It signs and verifies independently of the bot (standardwebhooks.com), so that a shared bug can't hide.
"""

import hashlib
import hmac
import json
import time
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from aiohttp import ClientSession, web

from http_server.listening import listening

KEY: Final = bytes(range(32))
SECRET: Final = f"whsec_{b64encode(KEY).decode()}"
PHOTO_HOST: Final = "photos.example"

Json = dict[str, Any]


def headers_of(body: bytes, key: bytes = KEY, *, at: float | None = None, message: str = "") -> dict[str, str]:
    """Return the headers that sign a body."""
    message, moment = message or f"msg_{uuid4().hex}", str(int(time.time() if at is None else at))
    digest = hmac.new(key, b".".join([message.encode(), moment.encode(), body]), hashlib.sha256).digest()
    signature = f"v1,{b64encode(digest).decode()}"
    return {"webhook-id": message, "webhook-timestamp": moment, "webhook-signature": signature}


@dataclass
class Post:
    """A member's post: its words and its photos' links by name; `marks` are what the chat shows on it."""

    channel: str
    words: str
    photos: dict[str, str]
    marks: set[str] = field(default_factory=set)


@dataclass
class Message:
    """A message of the bot: what it shows, where, and to whom alone (everyone where that's empty)."""

    key: str
    channel: str
    thread: str | None
    people: list[str]
    reply: Json
    pinged: set[str]


class WebhookChat:
    """The chat: posts, the bot's messages, and the address of the bot's events."""

    def __init__(self) -> None:
        self.url = ""
        self.events = ""
        self.posts: dict[str, Post] = {}
        self.messages: dict[str, Message] = {}
        self.refuses_conversations = False
        self.answers: list[web.Response] = []
        """What the next calls are answered instead of being done."""
        self._number = 0
        self._session: ClientSession | None = None

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncIterator["WebhookChat"]:
        chat, app = cls(), web.Application(client_max_size=8 << 20)
        app.router.add_post("/bot", chat._called)
        async with listening(app, "127.0.0.1", 0, "PORT") as url, ClientSession() as session:
            chat.url, chat._session = f"{url}/bot", session
            yield chat

    # What people do

    def new_id(self) -> str:
        self._number += 1
        return str(self._number)

    def add_post(self, channel: str, words: str, *names: str) -> str:
        post = self.new_id()
        self.posts[post] = Post(channel, words, {name: f"https://{PHOTO_HOST}/{post}/{name}" for name in names})
        return post

    async def tell(self, event: str, member: Json, **fields: Any) -> Json:
        """Tell the bot of an event, and return its answer."""
        body = json.dumps({"event": event, "member": member, **fields}).encode()
        status, answer = await self.send(body, headers_of(body))
        assert status == web.HTTPOk.status_code, answer
        response: Json = json.loads(answer)
        return response

    async def send(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Send the bot anything."""
        assert self._session
        async with self._session.post(self.events, data=body, headers=headers) as response:
            return response.status, await response.text()

    # What the bot does

    async def _called(self, request: web.Request) -> web.Response:
        body = await request.read()
        message, at = request.headers["webhook-id"], float(request.headers["webhook-timestamp"])
        expected = headers_of(body, at=at, message=message)["webhook-signature"]
        if not hmac.compare_digest(expected, request.headers["webhook-signature"]) or abs(time.time() - at) > 60:
            return web.Response(status=401)
        assert request.content_type == "application/json"
        if self.answers:
            return self.answers.pop(0)
        call: Json = json.loads(body)
        done: Json | int = getattr(self, f"_{call.pop('do')}")(**call)
        return web.Response(status=done) if isinstance(done, int) else web.json_response(done)

    def _hello(self) -> Json:
        return {}

    def _photo(self, *, channel: str, message: str, name: str) -> Json:
        post = self.posts.get(message)
        return {"url": post.photos.get(name) if post and post.channel == channel else None}

    def _send(self, *, key: str, channel: str, thread: str | None, people: list[str], reply: Json) -> Json | int:
        if people and self.refuses_conversations:
            return 403
        if thread and not (thread in self.posts or thread in self.messages):
            return 410
        known = self._known(key)
        if known is None:
            known = self.new_id()
            channel = f"~{'+'.join(people)}" if people else channel
            self.messages[known] = Message(key, channel, None if people else thread, people, {}, set())
        self._show(known, reply)
        return {"channel": self.messages[known].channel, "message": known}

    def _edit(self, *, key: str, sent: str, reply: Json, **_: Any) -> Json:
        if sent in self.messages:
            assert self.messages[sent].key == key
            self._show(sent, reply)
        return {}

    def _remove(self, *, key: str) -> Json:
        self.messages.pop(self._known(key) or "", None)
        return {}

    def _known(self, key: str) -> str | None:
        return next((number for number, message in self.messages.items() if message.key == key), None)

    def _show(self, number: str, reply: Json) -> None:
        message = self.messages[number]
        message.reply = reply
        message.pinged |= {span["member"] for span in spans(reply) if span.get("notify")}
        assert reply["picture"] is None or b64decode(reply["picture"], validate=True).startswith(b"\xff\xd8")
        post = self.posts.get(message.thread or "")
        if post and reply["kind"] == "returned":
            post.marks.add("returned")
        elif post and reply["kind"] == "reopened":
            post.marks.discard("returned")


def spans(reply: Json) -> list[Json]:
    return [span for line in reply["lines"] for span in line]
