"""Slack by Socket Mode: bolt receives, the Web API answers; no port has to be open to the world."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.config import CHANNEL_EVENTS, COMMAND, REACTION_EVENTS, SlackConfig
from bot.slack.inbound import Inbound
from bot.slack.outbound import SlackPlatform, slack_errors
from bot.slack.render import ANSWER
from bot.slack.workspace import SlackWorkspace
from reunite.handlers import Handlers
from reunite.ports import Platform

_REQUEST_SECONDS = 30
_log = structlog.get_logger(__name__)


@asynccontextmanager
async def running(handlers: Handlers, config: SlackConfig) -> AsyncIterator[Platform]:
    """Connect to Slack and pass on what people do until the context ends.

    Raises TryAgainError where Slack can't be reached, UndeliverableError where it refuses us.
    """
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_REQUEST_SECONDS)) as session:
        address = config.api_base or AsyncWebClient.BASE_URL
        # No tries of its own: it would post again what may have arrived, without looking first.
        client = AsyncWebClient(config.bot_token, base_url=address, session=session, retry_handlers=[])
        with slack_errors():
            workspace = await SlackWorkspace.entered(client, config, handlers)
        platform = SlackPlatform(client, workspace.home, workspace.bot_user)
        inbound = Inbound(handlers, workspace, platform)
        # Bolt's own client opens sockets with the app's token; who the bot is, `authorize` tells.
        bolt = _bolt(AsyncWebClient(base_url=address, session=session), config, workspace, inbound)
        socket = AsyncSocketModeHandler(bolt, config.app_token, ping_interval=config.ping_seconds)
        try:
            with slack_errors():  # a refused token is said now; later the client would try it for ever
                socket.client.wss_uri = await socket.client.issue_new_wss_url()
            await socket.client.connect()  # type: ignore[no-untyped-call] # slack_sdk tells no type
            _log.info("slack_connected", team=workspace.team, channels=len(workspace.channels))
            yield platform
        finally:
            await socket.client.close()  # type: ignore[no-untyped-call]
            await inbound.finish()


def _bolt(client: AsyncWebClient, config: SlackConfig, workspace: SlackWorkspace, inbound: Inbound) -> AsyncApp:
    """Wire bolt. It acknowledges an event when its listener is done: what fails comes again."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=workspace.team, bot_user_id=workspace.bot_user, bot_token=config.bot_token
        )

    app = AsyncApp(
        client=client,
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,  # signatures are for HTTP
        ignoring_self_events_enabled=False,  # the deletion of a post of ours is such an event
    )
    app.event("message")(_event(inbound.message))
    for name in REACTION_EVENTS:
        app.event(name)(_event(inbound.reaction))
    for name in CHANNEL_EVENTS:
        app.event(name)(_changed(inbound))
    app.command(COMMAND)(inbound.lost)
    app.action(re.compile(f"^{ANSWER}"))(inbound.answer)
    app.error(_failed)
    return app


def _event(listener: Callable[[Mapping[str, Any]], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def listen(event: dict[str, Any]) -> None:
        await listener(event)

    return listen


def _changed(inbound: Inbound) -> Callable[..., Awaitable[None]]:
    async def listen() -> None:
        await inbound.channels_changed()

    return listen


async def _failed(error: Exception, body: Mapping[str, Any]) -> None:
    _log.error("slack_event_failed", type=body.get("event", {}).get("type"), exc_info=error)
