"""PostgreSQL's notifications as events that wake a process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import psycopg
import structlog
from psycopg.conninfo import make_conninfo

from db.cancellation import stop
from db.trouble import words_of

ROLE_OPTION: Final = "-c role=reunite_app"
"""Every login gets the rights of the application's role, and no more."""
KEEPALIVE: Final = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""With these, a database host that vanishes silently is noticed within a minute, not within hours."""
_RECONNECT_SECONDS: Final = 1.0

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def signals(
    database_url: str, channel: str, is_ours: Callable[[str], bool] = lambda _: True
) -> AsyncIterator[asyncio.Event]:
    """Yield an event that is set at each notification whose payload `is_ours`, and whenever some may have been missed.

    Raises psycopg.OperationalError if the database can't be reached; a connection that breaks later is replaced.
    """
    event = asyncio.Event()
    connection = await _listen(database_url, channel)

    async def relay() -> None:
        nonlocal connection
        while True:
            try:
                async with connection:
                    async for notification in connection.notifies():
                        if is_ours(notification.payload):
                            event.set()
            except (psycopg.Error, OSError) as error:
                _log.warning("signals_interrupted", channel=channel, error=type(error).__name__, **words_of(error))
            except Exception:  # noqa: BLE001 - without signals, replies would wait for the next poll
                _log.exception("signals_defect", channel=channel)
            connection = await _listen_again(database_url, channel)
            _log.info("signals_resumed", channel=channel)
            event.set()

    relaying = asyncio.create_task(relay())
    try:
        yield event
    finally:
        await stop(relaying)
        await connection.close()  # in case the task was cancelled before it began


@asynccontextmanager
async def notifications(database_url: str, channel: str) -> AsyncIterator[AsyncIterator[str]]:
    """Yield the payloads of notifications from now on; their end, or an error, means that some may be missed.

    Raises psycopg.OperationalError if the database can't be reached.
    """
    async with await _listen(database_url, channel) as connection:
        yield (notification.payload async for notification in connection.notifies())


async def _listen(database_url: str, channel: str) -> psycopg.AsyncConnection[Any]:
    url = make_conninfo(database_url, options=ROLE_OPTION, **KEEPALIVE)
    connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
    try:
        await connection.execute(f"LISTEN {channel}")
    except BaseException:
        await connection.close()
        raise
    return connection


async def _listen_again(database_url: str, channel: str) -> psycopg.AsyncConnection[Any]:
    while True:
        await asyncio.sleep(_RECONNECT_SECONDS)
        try:
            return await _listen(database_url, channel)
        except (psycopg.Error, OSError) as error:
            _log.warning("signals_interrupted", channel=channel, error=type(error).__name__, **words_of(error))
        except Exception:  # noqa: BLE001 - the next attempt may succeed
            _log.exception("signals_defect", channel=channel)
