"""Installing the app in several workspaces: bolt's OAuth flow, with its data in PostgreSQL."""

from typing import Final

from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.config import SlackConfig
from bot.slack.manifest import INSTALL_PATH, REDIRECT_PATH
from bot.slack.permissions import SCOPES
from bot.slack.workspaces import Workspaces
from db.installations import Installation, Installations

_STATE_SECONDS: Final = 600
"""Seconds that someone may take from the first page to Slack's consent."""

_NOT_FOR_ORGANISATIONS: Final = (
    "This app can't be installed for a whole organisation. Please install it in each workspace by itself."
)
_NOT_WITH_ROTATION: Final = (
    "This app's tokens expire after 12 hours. Please ask whoever runs it to make the app anew without token rotation."
)
"""Both in English, as bolt's own pages are."""


def oauth_flow(
    config: SlackConfig, client: AsyncWebClient, workspaces: Workspaces, installations: Installations
) -> AsyncOAuthFlow | None:
    """Return the flow that installs the app; None if a token names the only workspace."""
    if not config.client_id:
        return None
    settings = AsyncOAuthSettings(
        client_id=config.client_id,
        client_secret=config.client_secret,
        scopes=sorted(SCOPES),
        install_path=INSTALL_PATH,
        redirect_uri_path=REDIRECT_PATH,
        installation_store=_InstallationStore(workspaces),
        state_store=_StateStore(installations),
        state_expiration_seconds=_STATE_SECONDS,
        callback_options=AsyncCallbackOptions(success=_installed, failure=_failed),
    )
    return AsyncOAuthFlow(client=client, settings=settings)


async def _installed(args: AsyncSuccessArgs) -> BoltResponse:
    """Confirm an installation, unless it's one that `_InstallationStore` doesn't save."""
    if problem := _problem(args.installation):
        return BoltResponse(status=400, headers={"Content-Type": "text/plain"}, body=problem)
    return await args.default.success(args)


def _problem(installation: SlackInstallation) -> str | None:
    if installation.team_id is None:
        return _NOT_FOR_ORGANISATIONS
    return _NOT_WITH_ROTATION if installation.bot_refresh_token else None


async def _failed(args: AsyncFailureArgs) -> BoltResponse:
    return await args.default.failure(args)


class _InstallationStore(AsyncInstallationStore):
    """Saves installations; bolt reads them by `Workspaces.authorize`."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    async def async_save(self, installation: SlackInstallation) -> None:
        if _problem(installation):
            return
        if installation.team_id and installation.bot_token and installation.bot_user_id:
            name = installation.team_name or installation.team_id
            await self._workspaces.install(
                Installation(installation.team_id, name, installation.bot_user_id, installation.bot_token)
            )


class _StateStore(AsyncOAuthStateStore):
    """The secrets that tie an answer from Slack to one of our requests."""

    def __init__(self, installations: Installations) -> None:
        self._installations = installations

    async def async_issue(self, *_: object, **__: object) -> str:
        return await self._installations.issue_state(_STATE_SECONDS)

    async def async_consume(self, state: str) -> bool:
        return await self._installations.consume_state(state)
