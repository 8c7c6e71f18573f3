"""The workspaces that one process serves: one by its token, or every one that installed the app."""

import asyncio
from collections.abc import Iterator

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.config import SlackConfig
from bot.slack.errors import slack_errors
from bot.slack.workspace import SlackWorkspace
from db.installations import Installation, Installations
from reunite.errors import TryAgainError, UndeliverableError
from reunite.handlers import Handlers

_log = structlog.get_logger(__name__)


class Workspaces:
    """Those that were entered, by their id. `client` has no token; every workspace gets one like it with its own."""

    def __init__(
        self, handlers: Handlers, config: SlackConfig, client: AsyncWebClient, installations: Installations
    ) -> None:
        """Enter nothing yet."""
        self._handlers = handlers
        self._config = config
        self._client = client
        self._installations = installations
        self._entered: dict[str, SlackWorkspace] = {}
        self._turn = asyncio.Lock()

    def __iter__(self) -> Iterator[SlackWorkspace]:
        """Go through the workspaces that were entered."""
        return iter([*self._entered.values()])

    async def enter(self) -> None:
        """Enter every workspace. Raises TryAgainError, UndeliverableError where the one that a token names can't be."""
        if self._config.bot_token:
            await self._enter(self._config.bot_token)
            return
        for installation in await self._installations.all():
            try:
                await self._enter(installation.bot_token)
            except (TryAgainError, UndeliverableError) as error:  # the others are served all the same
                _log.warning("slack_workspace_unreachable", team=installation.team, reason=str(error))

    async def of(self, team: str | None) -> SlackWorkspace | None:
        """Return a workspace, entered first where it has just been installed; None where it has not the app."""
        if team is not None and team not in self._entered and not self._config.bot_token:
            async with self._turn:
                installation = await self._installations.of(team)
                if installation and team not in self._entered:
                    await self._enter(installation.bot_token)
        return self._entered.get(team or "")

    async def authorize(self, team_id: str | None) -> AuthorizeResult | None:
        """Tell bolt by which token a workspace is served."""
        workspace = await self.of(team_id)
        if workspace is None:
            return None
        return AuthorizeResult(
            enterprise_id=None, team_id=team_id, bot_user_id=workspace.bot_user, bot_token=workspace.client.token
        )

    async def install(self, installation: Installation) -> None:
        """Keep an installation, and serve its workspace from now on."""
        await self._installations.save(installation)
        self._entered.pop(installation.team, None)
        try:
            await self.of(installation.team)
        except (TryAgainError, UndeliverableError) as error:  # its first event brings us in
            _log.warning("slack_workspace_unreachable", team=installation.team, reason=str(error))

    async def leave(self, team: str) -> None:
        """Forget a workspace that took the app away: its token, and all that is known of its community."""
        await self._installations.delete(team)
        self._entered.pop(team, None)
        await self._handlers.leave("slack", team)
        _log.info("slack_workspace_left", team=team)

    async def _enter(self, token: str) -> None:
        with slack_errors():
            workspace = await SlackWorkspace.entered(with_token(self._client, token), self._config, self._handlers)
        self._entered[workspace.team] = workspace


def with_token(client: AsyncWebClient, token: str) -> AsyncWebClient:
    """Return a client like this one with another token.

    It tries nothing twice by itself: it would post again what may have arrived, without looking first.
    """
    return AsyncWebClient(
        token,
        base_url=client.base_url,
        timeout=client.timeout,
        ssl=client.ssl,
        proxy=client.proxy,
        session=client.session,
        retry_handlers=[],
    )
