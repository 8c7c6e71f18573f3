"""The workspaces that one process serves: the one of its token, or every one that installed the app."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Final

import psycopg
import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.background import ACKNOWLEDGE_SECONDS
from bot.slack.config import SlackConfig
from bot.slack.errors import APP_REMOVED, UNANSWERED, code_of, slack_errors
from bot.slack.workspace import SlackWorkspace
from db.cancellation import stop
from db.installations import Installation, Installations
from db.store import Store
from reunite.absence import IsThere
from reunite.errors import DefectError, TryAgainError, UndeliverableError
from reunite.handlers import Handlers

_START_SECONDS: Final = 10.0
"""Seconds that the start waits for the workspaces to connect."""
_AT_ONCE: Final = 8
"""Workspaces that the start connects to at the same time; the events of others connect them meanwhile."""
_log = structlog.get_logger(__name__)


class Workspaces:
    """Workspaces by their id. `client` has no token; each workspace gets one like it with its own."""

    def __init__(
        self, handlers: Handlers, config: SlackConfig, client: AsyncWebClient, installations: Installations
    ) -> None:
        self._handlers = handlers
        self._config = config
        self._client = client
        self._installations = installations
        self._connected: dict[str, SlackWorkspace] = {}
        self._connecting: dict[str, asyncio.Task[None]] = {}
        """By workspace, its first connection: the others don't wait for a slow one."""
        self._starting: list[asyncio.Task[None]] = []
        self._languages: dict[str, str] = {}
        """By workspace that isn't connected yet, the language that its community has chosen."""

    def __iter__(self) -> Iterator[SlackWorkspace]:
        return iter([*self._connected.values()])

    async def connect(self) -> None:
        """Connect to every workspace. Raises TryAgainError, UndeliverableError if the token's one can't be reached.

        Of several workspaces, the slow and the late ones connect while the others are served already.
        """
        if self._config.bot_token:
            workspace = await self._connection(self._config.bot_token)
            self._connected[workspace.team] = workspace
            return
        teams = iter([installation.team for installation in await self._installations.all()])
        self._starting = [asyncio.create_task(self._connect_in_turn(teams)) for _ in range(_AT_ONCE)]
        await asyncio.wait(self._starting, timeout=_START_SECONDS)

    async def _connect_in_turn(self, teams: Iterator[str]) -> None:
        for team in teams:  # shared by several of these tasks
            try:
                if team not in self._connected:  # an event may have connected it already
                    await asyncio.shield(self._connect(team))
            except (TryAgainError, UndeliverableError, psycopg.OperationalError):
                continue  # its first event connects it
            except Exception:  # noqa: BLE001 - the others are connected all the same
                _log.exception("slack_connection_defect", team=team)

    async def stop(self) -> None:
        """Give up the connections that aren't made yet."""
        await stop(*self._starting)
        await stop(*self._connecting.values())

    async def get(self, team: str | None) -> SlackWorkspace | None:
        """Return a workspace, connecting it first if it has just been installed; None if the app isn't in it."""
        if team is not None and team not in self._connected and not self._config.bot_token:
            await asyncio.shield(self._connect(team))
        return self._connected.get(team or "")

    def remembered_language(self, team: str | None, user: str | None) -> str:
        """Return someone's language, or else their workspace's, as last heard: without Slack and the database."""
        known = self._connected.get(team or "")
        return known.remembered_language(user) if known else self._languages.get(team or "", "en")

    async def authorize(self, team_id: str | None) -> AuthorizeResult | None:
        """Give bolt the token of a workspace. Raises TimeoutError before Slack gives up waiting for an answer."""
        async with asyncio.timeout(ACKNOWLEDGE_SECONDS):
            workspace = await self.get(team_id)
        if workspace is None:
            return None
        return AuthorizeResult(
            enterprise_id=None, team_id=team_id, bot_user_id=workspace.bot_user, bot_token=workspace.client.token
        )

    async def install(self, installation: Installation) -> None:
        """Save an installation, and serve its workspace from now on."""
        await self._installations.save(installation)
        self._forget(installation.team)
        with suppress(TryAgainError, UndeliverableError):  # its first event connects it
            await self.get(installation.team)

    async def leave(self, team: str) -> None:
        """Delete everything known about a workspace that has removed the app."""
        await self._installations.delete(team)
        self._forget(team)
        await self._handlers.leave("slack", team)
        _log.info("slack_workspace_left", team=team)

    async def reread(self, store: Store, team: str) -> None:
        """Use the channels that another process has saved from now on: Slack sends each event to one process."""
        workspace, saved = self._connected.get(team), await store.workspace("slack", team)
        if workspace and saved:
            await workspace.reread(partial(store.channels, saved))

    async def moderates(self, team: str, user: str) -> bool | None:
        """Ask Slack whether someone moderates a workspace; None where we aren't in it."""
        if (workspace := await self.get(team)) is None:
            return None
        person = await workspace.person(user)
        # a refusal may last: they don't count as a moderator meanwhile
        return bool(person.moderates) if person.refusal else person.is_moderator

    async def membership(self) -> IsThere:
        """Return a function that tells whether a workspace still has the app.

        A single token says nothing about other workspaces, and its own may get another one: none is deleted because it
        isn't there, but a deletion that was begun is completed.
        """
        return _unknown if self._config.bot_token else self._has_app

    async def has_app(self, team: str) -> bool | None:
        """Ask Slack whether a workspace still has the app; None if that can't be found out."""
        with suppress(TryAgainError):
            return await self._has_app(team)
        return None

    async def _has_app(self, team: str) -> bool | None:
        """Ask Slack whether a workspace still has the app, by its token; None if we have none.

        Raises TryAgainError if Slack doesn't say.
        """
        installation = await self._installations.of(team)
        token = installation.bot_token if installation else self._config.bot_token
        if token is None:
            return None
        try:
            identity = await with_token(self._client, token).auth_test()
        except SlackApiError as error:
            if code_of(error) in APP_REMOVED:
                return False
            raise TryAgainError("Slack doesn't say whether it has the app") from error
        except UNANSWERED as error:
            raise TryAgainError("Slack doesn't say whether it has the app") from error
        return identity["team_id"] == team or None

    def _connect(self, team: str) -> "asyncio.Task[None]":
        """Return the first connection to a workspace; all who wait for one share it."""

        def ended(task: "asyncio.Task[None]") -> None:
            if self._connecting.get(team) is task:
                del self._connecting[team]
            _ = task.cancelled() or task.exception()  # retrieved: perhaps nobody waits any more

        if team not in self._connecting:
            task = self._connecting[team] = asyncio.create_task(self._connect_installed(team))
            task.add_done_callback(ended)
        return self._connecting[team]

    async def _connect_installed(self, team: str) -> None:
        try:
            installation = await self._installations.of(team)
            if installation is None:
                return
            await self._remember_language(team)
            workspace = await self._connection(installation.bot_token)
        except (TryAgainError, UndeliverableError) as error:
            _log.warning("slack_workspace_unreachable", team=team, reason=str(error))
            raise
        except psycopg.OperationalError as error:
            _log.warning("slack_workspace_unreachable", team=team, reason=type(error).__name__)
            raise
        if self._connecting.get(team) is asyncio.current_task():  # the installation is still the newest
            self._connected[team] = workspace

    async def _remember_language(self, team: str) -> None:
        with suppress(DefectError):  # never joined
            self._languages[team] = (await self._handlers.settings("slack", team)).language

    async def _connection(self, token: str) -> SlackWorkspace:
        with slack_errors():
            client = with_token(self._client, token)
            return await SlackWorkspace.connect(client, self._config, self._handlers, self._installations.heard_at)

    def _forget(self, team: str) -> None:
        self._connected.pop(team, None)
        self._languages.pop(team, None)
        self._connecting.pop(team, None)


async def _unknown(_: str) -> bool | None:
    return None


def with_token(client: AsyncWebClient, token: str) -> AsyncWebClient:
    """Return a client like this one with another token.

    It retries nothing by itself: it would post again what may have arrived, without looking first.
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
