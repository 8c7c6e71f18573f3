"""Wires bolt: which of Slack's events, commands, presses and modals goes where."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import config
from bot.slack.buttons import Presses
from bot.slack.forms import REPORT
from bot.slack.home import HOME, Home
from bot.slack.inbound import Inbound
from bot.slack.linking import LINK, Linking
from bot.slack.render import ANSWER, PRESS
from bot.slack.reports import Reports
from bot.slack.settings_form import SETUP, Setup
from bot.slack.workspace import SlackWorkspace
from bot.slack.workspaces import Workspaces
from db.installations import Installations

Body = Mapping[str, Any]
_Listener = Callable[..., Awaitable[None]]
_RETRY: Final = "x-slack-retry-num"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Who takes what."""

    workspaces: Workspaces
    installations: Installations
    inbound: Inbound
    reports: Reports
    presses: Presses
    home: Home
    setup: Setup
    linking: Linking


def bolt_app(client: AsyncWebClient, settings: config.SlackConfig, parts: Parts) -> AsyncApp:
    """Return bolt's app. It acknowledges an event when its listener is done: what fails comes again."""
    workspaces = parts.workspaces

    async def authorize(team_id: str | None) -> AuthorizeResult | None:
        return await workspaces.authorize(team_id)

    quiet = logging.getLogger("slack_bolt")
    quiet.setLevel(logging.WARNING)  # below that, bolt writes down whole requests
    app = AsyncApp(
        client=client,
        logger=quiet,
        authorize=authorize,  # type: ignore[arg-type] # it may return None: bolt then turns the request down
        signing_secret=settings.signing_secret or "",
        process_before_response=True,
        request_verification_enabled=not settings.app_token,  # Socket Mode has no signatures
        ignoring_self_events_enabled=False,  # the deletion of a post of ours is such an event
    )
    _events(app, parts)
    _requests(app, parts)
    app.error(_failed)
    return app


def _events(app: AsyncApp, parts: Parts) -> None:
    inbound = parts.inbound
    app.event("message")(_once(parts, inbound.message))
    for name in config.REACTION_EVENTS:
        app.event(name)(_once(parts, inbound.reaction))
    for name in config.CHANNEL_EVENTS:
        app.event(name)(_once(parts, inbound.channels_changed))
    app.event(config.HOME_EVENT)(_once(parts, parts.home.opened))
    for name in config.LEAVE_EVENTS:
        app.event(name)(_leaving(parts))


def _requests(app: AsyncApp, parts: Parts) -> None:
    workspaces, reports, presses = parts.workspaces, parts.reports, parts.presses
    for command in config.COMMANDS:
        app.command(command)(_answering(workspaces, reports.command))
    for callback in config.GLOBAL_SHORTCUTS:
        app.global_shortcut(callback)(_answering(workspaces, reports.shortcut))
    for callback in config.MESSAGE_SHORTCUTS:
        app.message_shortcut(callback)(_answering(workspaces, reports.this_message))
    for prefix, listener in ((ANSWER, presses.answer), (PRESS, presses.pressed), (HOME, parts.home.pressed)):
        app.action(re.compile(f"^{prefix}"))(_answering(workspaces, listener))
    app.view(re.compile(f"^{REPORT}"))(_submitting(workspaces, reports.submit))
    for callback, submit in ((PRESS, presses.submit), (SETUP, parts.setup.submit), (LINK, parts.linking.submit)):
        app.view(callback)(_submitting(workspaces, submit))


def _once(parts: Parts, listener: _Listener) -> _Listener:
    """Deal with an event, unless it comes again and was dealt with."""

    async def listen(
        event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext, req: AsyncBoltRequest
    ) -> None:
        workspace = await parts.workspaces.of(context.team_id)
        again = req.headers.get(_RETRY, ["0"])[0] != "0"
        if workspace is None or (again and await parts.installations.has_dealt_with(body["event_id"])):
            return
        now = await parts.inbound.as_it_is_now(workspace, event) if again else event
        if now is not None:
            await listener(workspace, now)
        await parts.installations.note_event(body["event_id"])

    return listen


def _leaving(parts: Parts) -> _Listener:
    """Purge a workspace that took the app away. An event that is older than its newest installation is too late."""

    async def listen(event: dict[str, Any], body: dict[str, Any]) -> None:
        team, at = body["team_id"], datetime.fromtimestamp(body["event_time"], UTC)
        bot_is_gone = event["type"] == "app_uninstalled" or event.get("tokens", {}).get("bot")
        if bot_is_gone and not await parts.installations.is_newer(team, at):
            await parts.workspaces.leave(team)

    return listen


def _answering(workspaces: Workspaces, listener: _Listener) -> _Listener:
    async def listen(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, context: AsyncBoltContext) -> None:
        await listener(await _served(workspaces, context), ack, body, respond)

    return listen


def _submitting(workspaces: Workspaces, listener: _Listener) -> _Listener:
    async def listen(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await listener(await _served(workspaces, context), ack, body)

    return listen


async def _served(workspaces: Workspaces, context: AsyncBoltContext) -> SlackWorkspace:
    workspace = await workspaces.of(context.team_id)
    assert workspace is not None  # noqa: S101 - bolt has asked `authorize` before
    return workspace


async def _failed(error: Exception, body: Mapping[str, Any]) -> None:
    kind = body.get("event", {}).get("type") or body.get("type") or body.get("command")
    _log.error("slack_event_failed", type=kind, exc_info=error)
