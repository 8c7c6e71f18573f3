"""Receives events by Socket Mode, and stays connected. It changes slack_sdk inside, and is tested with 3.47.0."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.slack.config import SlackConfig
from bot.slack.errors import FAILURES, slack_errors, trouble_of
from reunite.errors import TryAgainError, UndeliverableError

_CONNECT_SECONDS: Final = 30
_DELAYED: Final = "slack_connection_delayed"
_log = structlog.get_logger(__name__)


@asynccontextmanager
async def connected(bolt: AsyncApp, config: SlackConfig) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    """Connect by Socket Mode if it is set up, and yield a function that tells whether events can reach us.

    Raises TryAgainError, UndeliverableError.
    """
    if not config.app_token:
        _log.info("slack_listening", host=config.host, port=config.port)
        yield _always
        return
    socket = AsyncSocketModeHandler(bolt, config.app_token, logger=_logger(), ping_interval=config.ping_seconds)
    client = socket.client
    client.issue_new_wss_url = partial(_new_address, client)  # type: ignore[method-assign]
    await _ask_for_new_addresses(client)
    try:
        client.wss_uri = await _new_address(client)  # a refused token fails here; later it would be tried without end
        await client.connect()  # type: ignore[no-untyped-call] # slack_sdk has no type here
        _log.info("slack_connected")
        yield client.is_connected
    finally:
        await client.close()  # type: ignore[no-untyped-call]


def _logger() -> logging.Logger:
    """Return the client's log, in which each attempt that fails is one line.

    Its own has a traceback for each, and the address with the ticket that lets anyone connect in our place.
    """
    logger = logging.getLogger("slack_sdk.socket_mode")
    logger.setLevel(logging.WARNING)
    logger.addFilter(_in_a_line)
    return logger


def _in_a_line(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, FAILURES):
        _log.warning(_DELAYED, reason=trouble_of(error))
    elif isinstance(error, TryAgainError | UndeliverableError):
        _log.warning(_DELAYED, reason=str(error))
    else:
        return True
    return False


async def _new_address(client: SocketModeClient) -> str:
    """Ask Slack for an address, and wait as it says; slack_sdk fails at an answer that isn't JSON."""
    while True:
        try:
            with slack_errors():
                return str((await client.web_client.apps_connections_open(app_token=client.app_token))["url"])
        except TryAgainError as error:
            if error.after is None:
                raise
            _log.warning(_DELAYED, reason=str(error), seconds=error.after)
            await asyncio.sleep(error.after)


async def _ask_for_new_addresses(client: SocketModeClient) -> None:
    """Let a client ask Slack for a new address before each further attempt to connect.

    An address is temporary, but slack_sdk tries the same one until it succeeds, which it then never does.
    """

    async def use_up(*_: object) -> None:
        client.wss_uri = None

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(use_up)
    await client.aiohttp_client_session.close()
    timeout = aiohttp.ClientTimeout(total=_CONNECT_SECONDS)  # until the connection is accepted, not while it lasts
    client.aiohttp_client_session = aiohttp.ClientSession(trace_configs=[trace], timeout=timeout)


async def _always() -> bool:
    return True
