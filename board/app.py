"""The board's composition root. It has no encoder: a worker embeds what is searched for."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final

from board.config import BoardConfig
from board.parts import Board
from board.server import serving
from board.visits import Visits
from db import queue
from db.board_sessions import BoardSessions
from db.config import Connections
from db.embedding_requests import EmbeddingRequests
from db.ended_communities import forgetting_ended_communities
from db.keys import check
from db.migrate import require_migrated
from db.store import Store
from http_server.loopback import is_local
from metrics.config import MetricsSettings
from metrics.observed import observed
from reunite.handlers import Handlers

_CONNECTIONS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardService:
    """What the board needs: its servers, and its settings."""

    connections: Connections
    config: BoardConfig
    metrics: MetricsSettings = field(default_factory=MetricsSettings)


async def run(service: BoardService, ready: Callable[[str], None] = lambda _: None) -> None:
    """Serve until cancelled; `ready` is called with the address. Raises KeysError: the keys seal the sessions."""
    servers, config = service.connections, service.config
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(
            Store(servers.database_url, connections=_CONNECTIONS, warm=True, keys=servers.keys)
        )
        await require_migrated(store)
        await stack.enter_async_context(forgetting_ended_communities(store))
        await check(servers.database_url, servers.keys)
        hints = await stack.enter_async_context(queue.connect(store, servers.redis_url, servers.queue))
        board = Board(
            store=store,
            handlers=Handlers(store, hints),
            encoder=EmbeddingRequests(store),
            visits=Visits(BoardSessions(store), servers.keys, secure=not is_local(config.public_url)),
            url=config.public_url,
        )
        url = await stack.enter_async_context(serving(board, config))
        await stack.enter_async_context(observed(store, "board", service.metrics))
        ready(url)
        await asyncio.Event().wait()
