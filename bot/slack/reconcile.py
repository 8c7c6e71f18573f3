"""What the bot missed while it was away: posts, edits, deletions and verdicts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from slack_sdk.errors import SlackApiError

from bot.slack.config import SlackConfig
from bot.slack.errors import code_of, slack_errors
from bot.slack.inbound import VERDICTS, Inbound
from bot.slack.posts import files_of, is_post, message_at
from bot.slack.workspace import SlackWorkspace
from bot.slack.workspaces import Workspaces
from db.installations import Installations
from reunite.errors import TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.ports import KnownPost

_EVERY: Final = 30.0
"""Seconds between records that the bot receives events."""
_AWAY: Final = timedelta(minutes=3)
"""After so long without a record, events may be lost; before that, Slack sends them again."""
_OVERLAP: Final = timedelta(minutes=5)
_PAGE: Final = 200
_MOST_PAGES: Final = 25
_GONE: Final = {"message_not_found", "channel_not_found", "not_in_channel"}
_log = structlog.get_logger(__name__)


class Reconciler:
    """Records that the bot receives events, and looks for what it missed where it didn't."""

    def __init__(
        self,
        handlers: Handlers,
        workspaces: Workspaces,
        inbound: Inbound,
        installations: Installations,
        config: SlackConfig,
    ) -> None:
        self._handlers = handlers
        self._workspaces = workspaces
        self._inbound = inbound
        self._installations = installations
        self._look_back = config.look_back
        self._reconciled: set[str] = set()

    async def run(self, is_connected: Callable[[], Any]) -> None:
        """Go on until cancelled. `is_connected` may be awaitable."""
        while True:
            connected = is_connected()
            if await connected if asyncio.iscoroutine(connected) else connected:
                for workspace in self._workspaces:
                    await self._attempt(self._record(workspace), workspace.team)
                await self._attempt(self._installations.forget_old())
            await asyncio.sleep(_EVERY)

    @staticmethod
    async def _attempt(work: Coroutine[Any, Any, None], team: str = "") -> None:
        """Do something whose failure holds up nothing else: the next round may succeed."""
        try:
            await work
        except (TryAgainError, UndeliverableError, OSError) as error:
            _log.warning("slack_reconcile_delayed", team=team, reason=str(error))
        except Exception:  # noqa: BLE001 - see above
            _log.exception("slack_reconcile_failed", team=team)

    async def _record(self, workspace: SlackWorkspace) -> None:
        heard = await self._installations.heard_at(workspace.team)
        now = datetime.now(UTC)
        if heard and (workspace.team not in self._reconciled or now - heard > _AWAY):
            with slack_errors():
                await self.reconcile(workspace, heard, now)
        if workspace in self._workspaces:  # it may have left in the meantime
            await self._installations.note_presence(workspace.team)
            self._reconciled.add(workspace.team)

    async def reconcile(self, workspace: SlackWorkspace, heard: datetime, now: datetime) -> None:
        """Look for what happened in a workspace since the last record, at most `look_back` ago."""
        earliest = now - self._look_back
        since = max(heard - _OVERLAP, earliest)
        known = await self._handlers.known_posts("slack", workspace.team, earliest)
        for channel in workspace.channels.values():
            if channel.role:
                async for message in _history(workspace, channel.id, since):
                    if files_of(message) and is_post(workspace, message):
                        await self._inbound.posted(workspace, channel.id, message)
        for post in known:
            await self._post(workspace, post)
        await self._cards(workspace, earliest)
        _log.info("slack_reconciled", team=workspace.team, seconds=round((now - heard).total_seconds()))

    async def _post(self, workspace: SlackWorkspace, known: KnownPost) -> None:
        """Compare a report with its post, which may be edited or deleted."""
        target = known.report.target
        if target.message is None or target.channel not in workspace.channels:
            return  # only the bot can delete its direct messages
        message = await message_at(workspace, target.channel, target.message)
        if message is None or message.get("subtype") == "tombstone":
            await self._inbound.deleted(workspace, target.channel, target.message)
        elif message.get("edited") and is_post(workspace, message):
            await self._inbound.edited(workspace, target.channel, message)

    async def _cards(self, workspace: SlackWorkspace, earliest: datetime) -> None:
        """Compare the reactions to match replies with the recorded ones."""
        for card in await self._handlers.known_cards("slack", workspace.team, earliest):
            at = card.sent.channel, card.sent.message
            present = await _reactions(workspace, *at)
            if present is None:
                continue
            recorded = await self._installations.reactions_at(workspace.team, at)
            for reaction, user in sorted(present - recorded):
                await self._inbound.verdict(workspace, at, reaction, user, given=True)
            for reaction, user in sorted(recorded - present):
                await self._inbound.verdict(workspace, at, reaction, user, given=False)


async def _history(workspace: SlackWorkspace, channel: str, since: datetime) -> AsyncIterator[Mapping[str, Any]]:
    """Yield a channel's posts, the newest first."""
    cursor = None
    for _ in range(_MOST_PAGES):
        page = await workspace.client.conversations_history(
            channel=channel, oldest=f"{since.timestamp():.6f}", limit=_PAGE, cursor=cursor
        )
        for message in page["messages"]:
            yield message
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return


async def _reactions(workspace: SlackWorkspace, channel: str, ts: str) -> set[tuple[str, str]] | None:
    """Return the verdict reactions to a message, each with its user; None where the message is gone."""
    try:
        answer = await workspace.client.reactions_get(channel=channel, timestamp=ts, full=True)
    except SlackApiError as error:
        if code_of(error) in _GONE:
            return None
        raise
    message: Mapping[str, Any] = answer.get("message") or {}
    return {
        (reaction["name"], user)
        for reaction in message.get("reactions", ())
        if reaction["name"] in VERDICTS
        for user in reaction["users"]
        if user != workspace.bot_user
    }
