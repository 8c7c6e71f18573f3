"""The bots' composition root: one process for one platform."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from bot.delivery import Delivery
from bot.platforms import AdapterConfig, entry_of
from bot.slowness import SlownessWatch
from db import queue
from db.cancellation import stop
from db.config import Connections
from db.keys import check
from db.migrate import require_migrated
from db.store import Store
from metrics.config import MetricsSettings
from metrics.logged_handlers import LoggedHandlers
from metrics.observed import observed

_CONNECTIONS: Final = 4
"""More are slower in a burst of posts: they only wait for each other on the machine's cores."""
_SENDING_CONNECTIONS: Final = 2
"""For delivery and the heartbeat alone: in a burst, hundreds of events wait for the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotConfig:
    """What every bot needs, and the adapter's settings."""

    connections: Connections
    adapter: AdapterConfig
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    board_url: str | None = None
    """Where the moderators' board is, if there is one."""
    reports_per_hour: int | None = None
    """How many reports one member may make; None: as many as they like."""
    alert_after: timedelta | None = None
    """How long a post may wait for its answer before the bot tells moderators; None: it never does."""

    # Hook for tests
    lease_seconds: float = 60


async def run(config: BotConfig, ready: Callable[[], None] = lambda: None) -> None:
    """Connect to the platform and deliver until cancelled; `ready` is called once it is connected.

    Raises KeysError if the keys aren't those of the database, and MigrationError if it lacks migrations.
    """
    servers, entry = config.connections, entry_of(config.adapter)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(
            Store(servers.database_url, connections=_CONNECTIONS, warm=True, keys=servers.keys)
        )
        await require_migrated(store)
        await check(servers.database_url, servers.keys)
        hints = await stack.enter_async_context(queue.connect(store, servers.redis_url, servers.queue))
        handlers = LoggedHandlers(store, hints, board_url=config.board_url, reports_per_hour=config.reports_per_hour)
        await stack.enter_async_context(store.notifying_of_looks(handlers.look_answers.notify))
        adapter = entry.running()(handlers, store, config.adapter)
        platform = await stack.enter_async_context(adapter)
        sending = await stack.enter_async_context(
            Store(servers.database_url, connections=_SENDING_CONNECTIONS, keys=servers.keys)
        )
        await stack.enter_async_context(observed(sending, f"bot {entry.name}", config.metrics))
        if config.alert_after:
            watch = SlownessWatch(platform, handlers, store, config.alert_after)
            watching = asyncio.create_task(watch.run())
            stack.push_async_callback(stop, watching)
        ready()
        await Delivery(sending, platform, lease_seconds=config.lease_seconds).run()
