"""The composition of a chat by webhooks: a server for its events, and calls to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, web

from bot.webhook.config import WebhookConfig
from bot.webhook.inbound import Inbound
from bot.webhook.outbound import HERE, WebhookPlatform
from db.store import Store
from http_server.listening import listening
from reunite.commands import JoinWorkspace
from reunite.handlers import Handlers

_MAX_EVENT: Final = 256 * 1024
"""Bytes; photos come as links."""
_CALL_SECONDS: Final = 30


@asynccontextmanager
async def running(handlers: Handlers, store: Store, config: WebhookConfig) -> AsyncIterator[WebhookPlatform]:  # noqa: ARG001 - all adapters' signature
    """Listen within the context: events go to `handlers`, and the yielded platform sends. Raises SetupError."""
    config.check()
    await handlers.join(JoinWorkspace(*HERE, str(urlsplit(config.url or "").hostname)))
    application = web.Application(client_max_size=_MAX_EVENT)
    application.router.add_post("/events", Inbound(handlers, config).take)
    async with (
        listening(application, config.host, config.port, "REUNITE_WEBHOOK_PORT") as address,
        ClientSession(timeout=ClientTimeout(total=_CALL_SECONDS), cookie_jar=DummyCookieJar()) as session,
    ):
        yield WebhookPlatform(handlers, session, config, address)
