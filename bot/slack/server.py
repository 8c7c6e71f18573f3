"""The bot's HTTP server, for Slack's signed requests and for installing the app."""

import hmac
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_sdk.signature import SignatureVerifier

from bot.slack.config import SlackConfig
from bot.slack.manifest import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH
from http_server.listening import add_headers, listening

_MAX_BYTES: Final = 4 << 20
"""Slack's requests are far smaller."""
SHUTDOWN_SECONDS: Final = 60.0
"""Time to finish what Slack has sent: it doesn't repeat presses."""
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",  # the style is in bolt's pages
    "Referrer-Policy": "no-referrer",  # the second page's address has a code
    "X-Content-Type-Options": "nosniff",
}
_log = structlog.get_logger(__name__)


@asynccontextmanager
async def serving(config: SlackConfig, bolt: AsyncApp, flow: AsyncOAuthFlow | None) -> AsyncIterator[None]:
    """Listen within the context, if there is anything to serve."""
    app = web.Application(client_max_size=_MAX_BYTES)
    add_headers(app, _HEADERS)
    if not config.app_token:
        app.router.add_post(EVENTS_PATH, _Events(bolt, config.signing_secret or "").handle)
    if flow:
        pages = _Pages(flow)
        app.router.add_get(INSTALL_PATH, pages.install)
        app.router.add_get(REDIRECT_PATH, pages.callback)
    if not app.router.resources():
        yield
        return
    async with listening(app, config.host, config.port, "REUNITE_SLACK_PORT", shutdown_seconds=SHUTDOWN_SECONDS):
        yield


class _Events:
    """Events, commands and presses. Bolt verifies their signature first."""

    def __init__(self, bolt: AsyncApp, signing_secret: str) -> None:
        self._bolt = bolt
        self._verifier = SignatureVerifier(signing_secret)

    async def handle(self, request: web.Request) -> web.Response:
        try:
            bolt_request = await to_bolt_request(request)
        except (ValueError, AttributeError, RecursionError):  # not text, or no JSON object: it isn't from Slack
            return web.Response(status=401)
        if not _is_sound(bolt_request.body):
            return web.Response(status=401)
        response = await to_aiohttp_response(await self._bolt.async_dispatch(bolt_request))
        if response.status == HTTPStatus.UNAUTHORIZED:
            self._warn_of_clock(request.headers, bolt_request.raw_body)
        return response

    def _warn_of_clock(self, headers: Mapping[str, str], body: str) -> None:
        """Log that only the time is why a request was refused; only a holder of the secret can fill the log."""
        at = headers.get("X-Slack-Request-Timestamp", "")
        expected = self._verifier.generate_signature(timestamp=at, body=body) or ""
        given = headers.get("X-Slack-Signature", "")
        if at.isascii() and at.isdigit() and hmac.compare_digest(expected.encode(), given.encode(errors="replace")):
            _log.warning("slack_clock_differs", seconds=round(time.time() - int(at[:20])))


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
