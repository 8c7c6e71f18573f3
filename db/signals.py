"""PostgreSQL's notifications as events that wake a process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import psycopg

from db.cancellation import stop

ROLE_OPTION = "-c role=reunite_app"
"""Every login gets the rights of the application's role, and no more."""
KEEPALIVE: Final = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""With these, a database host that vanishes silently is noticed within a minute, not within hours."""


@asynccontextmanager
async def signals(
    database_url: str, channel: str, is_ours: Callable[[str], bool] = lambda _: True
) -> AsyncIterator[asyncio.Event]:
    """Hold a connection that sets the event at each notification whose payload `is_ours`."""
    event = asyncio.Event()

    async def listen(connection: psycopg.AsyncConnection[Any]) -> None:
        async for notice in connection.notifies():
            if is_ours(notice.payload):
                event.set()

    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True, options=ROLE_OPTION) as connection:
        await connection.execute(f"LISTEN {channel}".encode())
        listener = asyncio.create_task(listen(connection))
        try:
            yield event
        finally:
            await stop(listener)
