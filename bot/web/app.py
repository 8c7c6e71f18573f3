"""The local page's composition: its workspace, the server, and the chat that keeps the pages up to date."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from bot.web.chat import WORKSPACE, Chat
from bot.web.config import WebConfig
from bot.web.outbound import WebPlatform
from bot.web.render import MODERATORS
from bot.web.server import serving
from db.cancellation import stop
from db.store import Store
from reunite.commands import ChangeSettings, JoinWorkspace
from reunite.entities import Channel, ReportKind
from reunite.handlers import Handlers

CHANNELS: Final = (
    Channel("found", "found", ReportKind.FOUND),
    Channel("lost", "lost", ReportKind.LOST),
    Channel(MODERATORS, MODERATORS),
)


@asynccontextmanager
async def running(handlers: Handlers, store: Store, config: WebConfig) -> AsyncIterator[WebPlatform]:
    """Serve the page within the context: its requests go to `handlers`, and the yielded platform sends."""
    workspace = await handlers.join(JoinWorkspace("web", WORKSPACE, "Local page", CHANNELS))
    settings = await handlers.settings("web", WORKSPACE)
    if settings.log_channel is None:
        await handlers.set_up(
            ChangeSettings(platform="web", workspace=WORKSPACE, settings=replace(settings, log_channel=MODERATORS))
        )
    chat = Chat(store, workspace.community)
    chat.language = settings.language
    await chat.refresh()
    async with serving(handlers, chat, config) as url:
        refreshing = asyncio.create_task(chat.run())
        try:
            yield WebPlatform(chat, url)
        finally:
            await stop(refreshing)
