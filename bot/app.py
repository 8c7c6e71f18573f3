"""The bots' composition root: one process for one platform."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Final

from bot.delivery import Delivery
from bot.discord.config import DiscordConfig
from bot.slack.config import SlackConfig
from bot.web.config import WebConfig
from db import queue
from db.store import Store
from reunite.handlers import Handlers
from reunite.ports import Platform

AdapterConfig = DiscordConfig | SlackConfig | WebConfig


_CONNECTIONS: Final = 4
"""For a burst of posts fewer are faster: more of them only wait for each other's turn on the machine's cores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotConfig:
    """What every bot needs to know, and the adapter's own settings."""

    database_url: str
    redis_url: str
    adapter: AdapterConfig
    queue: str = "reunite"
    lease_seconds: float = 60


async def run(config: BotConfig, ready: Callable[[], None] = lambda: None) -> None:
    """Connect to the platform and deliver until cancelled; `ready` is called once the platform is there."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(Store(config.database_url, connections=_CONNECTIONS))
        hints = await stack.enter_async_context(queue.connect(store, config.redis_url, config.queue))
        platform = await stack.enter_async_context(_connected(config.adapter, Handlers(store, hints), store))
        ready()
        await Delivery(store, platform, lease_seconds=config.lease_seconds).run()


def _connected(adapter: AdapterConfig, handlers: Handlers, store: Store) -> AbstractAsyncContextManager[Platform]:
    """Choose the adapter. Each is imported here only: a Slack community need not install discord.py."""
    match adapter:
        case DiscordConfig():
            from bot.discord.app import running as discord  # noqa: PLC0415

            return discord(handlers, adapter)
        case SlackConfig():
            from bot.slack.app import running as slack  # noqa: PLC0415

            return slack(handlers, store, adapter)
        case WebConfig():
            from bot.web.app import running as web  # noqa: PLC0415

            return web(handlers, store, adapter)
