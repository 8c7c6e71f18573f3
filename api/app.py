"""The API's composition root. It has no encoder: a worker embeds queries."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final

from api.config import ApiConfig
from api.items import Items
from api.routes import operations
from api.search import Searches
from api.server import serving
from db import queue
from db.config import Connections
from db.embedding_requests import PATIENCE_SECONDS, EmbeddingRequests
from db.ended_communities import forgetting_ended_communities
from db.migrate import require_migrated
from db.store import Store
from metrics.config import MetricsSettings
from metrics.logged_handlers import LoggedHandlers
from metrics.observed import observed

_CONNECTIONS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiService:
    """What the API needs: its servers, its settings, and the hosts that may serve photos."""

    connections: Connections
    api: ApiConfig
    photo_hosts: frozenset[str] = field(default_factory=frozenset)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)

    # Hook for tests
    patience: float = PATIENCE_SECONDS


async def run(service: ApiService, ready: Callable[[str], None] = lambda _: None) -> None:
    """Serve until cancelled; `ready` is called with the address."""
    servers = service.connections
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(
            Store(servers.database_url, connections=_CONNECTIONS, warm=True, keys=servers.keys)
        )
        await require_migrated(store)
        await stack.enter_async_context(forgetting_ended_communities(store))
        hints = await stack.enter_async_context(queue.connect(store, servers.redis_url, servers.queue))
        searches = Searches(store, EmbeddingRequests(store, patience=service.patience))
        items = Items(store, LoggedHandlers(store, hints), service.photo_hosts)
        url = await stack.enter_async_context(serving(operations(searches, items), store, service.api))
        await stack.enter_async_context(observed(store, "api", service.metrics))
        ready(url)
        await asyncio.Event().wait()
