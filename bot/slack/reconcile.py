"""What was missed while the bot was away: posts, edits, deletions and reactions, looked up when it is back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from slack_sdk.errors import SlackApiError

from bot.slack.config import SlackConfig
from bot.slack.errors import code_of, slack_errors
from bot.slack.inbound import VERDICTS, Inbound, is_by_person, message_at
from bot.slack.workspace import SlackWorkspace
from bot.slack.workspaces import Workspaces
from db.installations import Installations
from reunite.errors import TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.ports import KnownPost

_EVERY: Final = 30.0
"""Seconds between notes of the bot's presence."""
_AWAY: Final = timedelta(minutes=3)
"""After so long without a note events may have been lost; before, Slack sends them again."""
_OVERLAP: Final = timedelta(minutes=5)
_PAGE: Final = 200
_MOST_PAGES: Final = 25
_GONE: Final = {"message_not_found", "channel_not_found", "not_in_channel"}
_log = structlog.get_logger(__name__)


class Presence:
    """Notes that the bot hears of everything, and looks up what it missed where it did not."""

    def __init__(
        self,
        handlers: Handlers,
        workspaces: Workspaces,
        inbound: Inbound,
        installations: Installations,
        config: SlackConfig,
    ) -> None:
        """Own nothing."""
        self._handlers = handlers
        self._workspaces = workspaces
        self._inbound = inbound
        self._installations = installations
        self._look_back = config.look_back
        self._caught_up: set[str] = set()

    async def keep(self, is_connected: Callable[[], Any]) -> None:
        """Go on until cancelled. `is_connected` may be awaitable."""
        while True:
            connected = is_connected()
            if await connected if asyncio.iscoroutine(connected) else connected:
                for workspace in self._workspaces:
                    await self._attempt(self._note(workspace), workspace.team)
                await self._attempt(self._installations.forget_old())
            await asyncio.sleep(_EVERY)

    @staticmethod
    async def _attempt(work: Coroutine[Any, Any, None], team: str = "") -> None:
        """Do something, whose trouble holds up nothing else: the next round may go well."""
        try:
            await work
        except (TryAgainError, UndeliverableError, OSError) as error:
            _log.warning("slack_catching_up_delayed", team=team, reason=str(error))
        except Exception:  # noqa: BLE001 - whatever it is
            _log.exception("slack_catching_up_failed", team=team)

    async def _note(self, workspace: SlackWorkspace) -> None:
        heard = await self._installations.heard_at(workspace.team)
        now = datetime.now(UTC)
        if heard and (workspace.team not in self._caught_up or now - heard > _AWAY):
            with slack_errors():
                await self.catch_up(workspace, heard, now)
        if workspace in self._workspaces:  # it may have left meanwhile
            await self._installations.note_presence(workspace.team)
            self._caught_up.add(workspace.team)

    async def catch_up(self, workspace: SlackWorkspace, heard: datetime, now: datetime) -> None:
        """Look up what happened in a workspace since it was last heard, and no further back than is allowed."""
        earliest = now - self._look_back
        since = max(heard - _OVERLAP, earliest)
        known = await self._handlers.known_posts("slack", workspace.team, earliest)
        for channel in workspace.channels.values():
            if channel.role:
                async for message in _history(workspace, channel.id, since):
                    if message.get("files") and is_by_person(workspace, message):
                        await self._inbound.posted(workspace, channel.id, message)
        for post in known:
            await self._follow(workspace, post)
        await self._give_verdict(workspace, earliest)
        _log.info("slack_caught_up", team=workspace.team, seconds=round((now - heard).total_seconds()))

    async def _follow(self, workspace: SlackWorkspace, known: KnownPost) -> None:
        """Follow what became of a report's post."""
        target = known.report.target
        if target.message is None or target.channel not in workspace.channels:
            return  # what stands in direct messages only the bot can delete
        message = await message_at(workspace, target.channel, target.message)
        if message is None or message.get("subtype") == "tombstone":
            await self._inbound.deleted(workspace, target.channel, target.message)
        elif message.get("edited") and is_by_person(workspace, message):
            await self._inbound.edited(workspace, target.channel, message)

    async def _give_verdict(self, workspace: SlackWorkspace, earliest: datetime) -> None:
        """Take the verdicts that were given or taken back by reactions."""
        for card in await self._handlers.known_cards("slack", workspace.team, earliest):
            at = card.sent.channel, card.sent.message
            there = await _reactions(workspace, *at)
            if there is None:
                continue
            noted = await self._installations.reactions_at(workspace.team, at)
            for reaction, user in sorted(there - noted):
                await self._inbound.result(workspace, at, reaction, user, given=True)
            for reaction, user in sorted(noted - there):
                await self._inbound.result(workspace, at, reaction, user, given=False)


async def _history(workspace: SlackWorkspace, channel: str, since: datetime) -> AsyncIterator[Mapping[str, Any]]:
    """Go through a channel's posts, the newest first."""
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
    """Return the reactions on a message that are verdicts, each with its user; None where it is gone."""
    try:
        answer = await workspace.client.reactions_get(channel=channel, timestamp=ts, full=True)
    except SlackApiError as error:
        if code_of(error) in _GONE:
            return None
        raise
    message: Mapping[str, Any] = answer.get("message") or {}
    return {
        (each["name"], user)
        for each in message.get("reactions", ())
        if each["name"] in VERDICTS
        for user in each["users"]
        if user != workspace.bot_user
    }
