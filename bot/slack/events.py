"""Passes Slack's events, commands, presses and modals to the parts of the adapter."""

import logging
import re
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import manifest
from bot.slack.background import Background, with_retries
from bot.slack.buttons import Buttons
from bot.slack.commands import Commands
from bot.slack.config import SlackConfig
from bot.slack.failures import logged_and_answered
from bot.slack.forms import LOOK, REPORT
from bot.slack.greeting import Greeter
from bot.slack.home import HOME, Home
from bot.slack.inbound import Inbound
from bot.slack.linking import LINK, UNLINK, Linking
from bot.slack.looks import Looks
from bot.slack.posts import Body
from bot.slack.private_replies import PrivateReplies
from bot.slack.render import ANSWER, PRESS
from bot.slack.reports import Reports
from bot.slack.settings_form import SETUP, SettingsForm
from bot.slack.submissions import ModalWork, process_submission
from bot.slack.verdicts import Verdicts, may_be_verdict
from bot.slack.workspace import SlackWorkspace
from bot.slack.workspaces import Workspaces
from db.installations import Installations
from db.trouble import is_temporary
from reunite.errors import TryAgainError

_Listener = Callable[..., Awaitable[None]]
_RETRY: Final = "x-slack-retry-num"
_DROPPING: Final = timedelta(minutes=2)
"""How long Slack may drop events from the minute that it names; if it goes on, it names the next minute too."""
NOT_INSTALLED: Final = (
    "I'm not installed in your workspace, or not any more. Ask one of its admins to install me, then try again."
)
"""What people of a workspace that we don't know read, in English: neither they nor Slack have told us a language."""
_LAST_RETRY: Final = "3"
"""Slack sends an event again at once, after one minute, and after five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts that handle events."""

    workspaces: Workspaces
    installations: Installations
    inbound: Inbound
    greeter: Greeter
    verdicts: Verdicts
    commands: Commands
    reports: Reports
    looks: Looks
    buttons: Buttons
    home: Home
    settings_form: SettingsForm
    linking: Linking
    background: Background


def bolt_app(client: AsyncWebClient, config: SlackConfig, parts: Parts) -> AsyncApp:
    """Return bolt's app. It acknowledges an event when its listener returns; Slack sends a failed one again."""
    workspaces = parts.workspaces

    async def authorize(team_id: str | None) -> AuthorizeResult | None:
        return await workspaces.authorize(team_id)

    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.WARNING)  # below that, bolt logs whole requests
    app = AsyncApp(
        name="reunite",  # without one, bolt reads the source of all callers
        client=client,
        logger=logger,
        before_authorize=_NamingWorkspace(),
        user_facing_authorize_error_message=NOT_INSTALLED,
        authorize=authorize,  # type: ignore[arg-type] # it may return None: bolt then refuses the request
        signing_secret=config.signing_secret or "",
        process_before_response=True,
        request_verification_enabled=not config.app_token,  # Socket Mode has no signatures
        ignoring_self_events_enabled=False,  # the deletion of the bot's post is such an event
    )
    app.use(_noting_lost_events(parts))
    _events(app, parts)
    _requests(app, parts)
    app.error(logged_and_answered(parts.background, workspaces.remembered_language))
    return app


class _NamingWorkspace(AsyncMiddleware):
    """Names an event's workspace where its authorization doesn't: it's the whole organisation's, which has the app too.

    Slack sends an event once, and names one of the app's installations that see it.
    """

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - as of every middleware
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - bolt's name
    ) -> BoltResponse | None:
        team = req.body.get("context_team_id") or req.body.get("team_id")
        if req.context.team_id is None and isinstance(team, str):
            req.context["team_id"] = team
        return await next()


def _noting_lost_events(parts: Parts) -> Callable[..., Awaitable[BoltResponse | None]]:
    """Note that Slack is dropping a workspace's events, because there are too many; they're read later."""

    async def take(body: dict[str, Any], next_: Callable[[], Awaitable[None]]) -> BoltResponse | None:
        if body.get("type") != manifest.LIMITED_EVENT:
            await next_()
            return None
        if workspace := await parts.workspaces.get(body["team_id"]):
            minute = datetime.fromtimestamp(body["minute_rate_limited"], UTC)
            workspace.events_dropped_until = minute + _DROPPING
        return BoltResponse(status=200)

    return take


def _events(app: AsyncApp, parts: Parts) -> None:
    inbound = parts.inbound
    app.event("message")(_once(parts, inbound.message))
    for name in manifest.REACTION_EVENTS:
        app.event(name)(_once(parts, parts.verdicts.reaction))
    for name in manifest.CHANNEL_EVENTS:
        app.event(name)(_once(parts, inbound.channels_changed))
    app.event(manifest.HOME_EVENT)(_once(parts, parts.home.opened))
    for name in manifest.LEAVE_EVENTS:
        app.event(name)(_leaving(parts))


def _requests(app: AsyncApp, parts: Parts) -> None:
    for command in manifest.COMMANDS:
        app.command(command)(_replying(parts, parts.commands.command))
    for callback in manifest.REPORT_SHORTCUTS:
        app.global_shortcut(callback)(_replying(parts, parts.reports.shortcut))
    app.global_shortcut(manifest.SEARCH_FOUND)(_replying(parts, parts.looks.shortcut))
    for callback in manifest.MESSAGE_SHORTCUTS:
        app.message_shortcut(callback)(_replying(parts, parts.reports.from_menu))
    for prefix, answer in (
        (ANSWER, parts.buttons.answered),
        (PRESS, parts.buttons.pressed),
        (HOME, parts.home.pressed),
    ):
        app.action(re.compile(f"^{prefix}"))(_replying(parts, answer))
    app.view(re.compile(f"^{REPORT}"))(_submitting(parts, parts.reports.submit))
    submits = {
        PRESS: parts.buttons.submit,
        LOOK: parts.looks.submit,
        SETUP: parts.settings_form.submit,
        LINK: parts.linking.submit,
        UNLINK: parts.linking.submit_unlink,
    }
    for callback, submit in submits.items():
        app.view(callback)(_submitting(parts, submit))


def _once(parts: Parts, listener: _Listener) -> _Listener:
    """Handle an event, unless Slack repeats one that was already handled."""

    async def listen(
        event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext, req: AsyncBoltRequest
    ) -> None:
        workspace = await parts.workspaces.get(context.team_id)
        retry, event_id = req.headers.get(_RETRY, ["0"])[0], body.get("event_id", "")
        is_retry = retry != "0"
        if workspace is None or (is_retry and await parts.installations.is_handled(event_id)):
            return
        try:
            current = await parts.inbound.current(workspace, event) if is_retry else event
            if current is not None:
                await listener(workspace, current)
        except Exception:
            if retry == _LAST_RETRY:
                if event["type"] == "message":
                    await parts.inbound.note_missed(workspace.team, event)
                elif event["type"] in manifest.REACTION_EVENTS and may_be_verdict(workspace, event):
                    parts.verdicts.note_missed(workspace, event)
            raise
        if event_id:
            await parts.installations.note_event(event_id)

    return listen


def _leaving(parts: Parts) -> _Listener:
    """Purge a workspace that removed the app, unless the event is older than its newest installation.

    There may be much to delete, and Slack to ask, so the event is acknowledged meanwhile.

    Tokens are also revoked while the app stays: other ones, or those of an installation for the whole organisation.
    """

    async def listen(event: dict[str, Any], body: dict[str, Any]) -> None:
        team, at = body.get("team_id"), datetime.fromtimestamp(body["event_time"], UTC)
        is_uninstalled = event["type"] == "app_uninstalled" and not _is_for_organisation(body)
        if team is None or await parts.installations.is_newer(team, at):
            return
        if is_uninstalled or _may_have_left(event):
            await parts.background.start_and_wait(_leave(parts, team, at, is_sure=is_uninstalled))

    return listen


async def _leave(parts: Parts, team: str, at: datetime, *, is_sure: bool) -> None:
    """Purge a workspace that left `at` this time; ask Slack first unless that `is_sure`.

    Before each try, it may have installed the app again. The check of absences finds what fails for long.
    """
    if not is_sure and await parts.workspaces.has_app(team) is not False:
        return

    async def leave() -> None:
        try:
            if not await parts.installations.is_newer(team, at):
                await parts.workspaces.leave(team)
        except Exception as error:
            if is_temporary(error):
                raise TryAgainError(f"the workspace can't be deleted yet ({type(error).__name__})") from error
            raise

    await with_retries(leave)


def _may_have_left(event: dict[str, Any]) -> bool:
    return event["type"] == "app_uninstalled" or bool(event.get("tokens", {}).get("bot"))


def _is_for_organisation(body: dict[str, Any]) -> bool:
    return any(found.get("is_enterprise_install") for found in body.get("authorizations") or ())


def _replying(parts: Parts, answer: Callable[[PrivateReplies], Coroutine[Any, Any, None]]) -> _Listener:
    """Answer what someone did, after the acknowledgement."""

    async def listen(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, context: AsyncBoltContext) -> None:
        workspace = await _workspace(parts.workspaces, context)
        await ack()
        await parts.background.start_and_wait(answer(PrivateReplies(workspace, body, respond)))

    return listen


def _submitting(parts: Parts, work: Callable[[SlackWorkspace, Body], ModalWork]) -> _Listener:
    """Do what a modal's submission asks for; the acknowledgement shows the result in its place."""

    async def listen(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        workspace = await _workspace(parts.workspaces, context)
        await process_submission(ack, workspace, body["view"], work(workspace, body), parts.background)

    return listen


async def _workspace(workspaces: Workspaces, context: AsyncBoltContext) -> SlackWorkspace:
    workspace = await workspaces.get(context.team_id)
    assert workspace is not None  # noqa: S101 - bolt has called `authorize` before
    return workspace
