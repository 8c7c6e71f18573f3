"""A chat of the operator's own, connected to the bot."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot.webhook import app
from bot.webhook.config import WebhookConfig
from bot.webhook.outbound import WebhookPlatform
from db.store import Store
from reunite.entities import Report
from reunite.handlers import Handlers
from tests.doubles.webhook_chat import PHOTO_HOST, SECRET, WebhookChat, headers_of
from tests.support.keys import KEYS
from tests.support.queues import NoQueue
from tests.support.reports import reports_of


@dataclass
class World:
    """The chat, and the bot."""

    chat: WebhookChat
    platform: WebhookPlatform
    store: Store
    handlers: Handlers

    async def send(self, event: object, **headers: str) -> tuple[int, str]:
        body = json.dumps(event).encode()
        return await self.chat.send(body, {**headers_of(body), **headers})

    async def reports(self) -> list[Report]:
        return await reports_of(self.store, "webhook", "chat")


async def open_world(database_url: str) -> AsyncIterator[World]:
    async with WebhookChat.running() as chat, Store(database_url, keys=KEYS) as store:
        config = WebhookConfig(url=chat.url, secret=SECRET, port=0, photo_hosts=frozenset({PHOTO_HOST}))
        handlers = Handlers(store, NoQueue())
        async with app.running(handlers, store, config) as platform:
            chat.events = f"{platform.address}/events"
            yield World(chat, platform, store, handlers)
