"""The bot's HTTP server, for Slack's signed requests and for installing the app."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow

from bot.slack.config import SlackConfig
from bot.slack.manifest import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH
from http_server.listening import listening

_MAX_BYTES: Final = 4 << 20
"""Slack's requests are far smaller."""
_SHUTDOWN_SECONDS: Final = 60.0
"""Time to finish what Slack has sent: it doesn't repeat presses."""


@asynccontextmanager
async def serving(config: SlackConfig, bolt: AsyncApp, flow: AsyncOAuthFlow | None) -> AsyncIterator[None]:
    """Listen within the context, if there is anything to serve."""
    app = web.Application(client_max_size=_MAX_BYTES)
    if not config.app_token:
        app.router.add_post(EVENTS_PATH, _Events(bolt).handle)
    if flow:
        pages = _Pages(flow)
        app.router.add_get(INSTALL_PATH, pages.install)
        app.router.add_get(REDIRECT_PATH, pages.callback)
    if not app.router.resources():
        yield
        return
    async with listening(app, config.host, config.port, "REUNITE_SLACK_PORT", shutdown_seconds=_SHUTDOWN_SECONDS):
        yield


class _Events:
    """Events, commands and presses. Bolt verifies their signature first."""

    def __init__(self, bolt: AsyncApp) -> None:
        self._bolt = bolt

    async def handle(self, request: web.Request) -> web.Response:
        try:
            bolt_request = await to_bolt_request(request)
        except (ValueError, AttributeError, RecursionError):  # not text, or no JSON object: it isn't from Slack
            return web.Response(status=401)
        if not _is_sound(bolt_request.body):
            return web.Response(status=401)
        return await to_aiohttp_response(await self._bolt.async_dispatch(bolt_request))


def _is_sound(body: Mapping[str, Any]) -> bool:
    """Return whether a body has the types that bolt takes for granted before it verifies the signature."""
    event, team = body.get("event", {}), body.get("team_id", "")
    return isinstance(event, dict) and isinstance(event.get("type", ""), str) and isinstance(team, str | None)


class _Pages:
    """The two pages of an installation."""

    def __init__(self, flow: AsyncOAuthFlow) -> None:
        self._flow = flow

    async def install(self, request: web.Request) -> web.Response:
        return await to_aiohttp_response(await self._flow.handle_installation(await to_bolt_request(request)))

    async def callback(self, request: web.Request) -> web.Response:
        return await to_aiohttp_response(await self._flow.handle_callback(await to_bolt_request(request)))
