"""The workspace as the bot sees it: where it listens, who people are and what they may do."""

from collections.abc import Mapping
from typing import Any, Final, Self

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.config import SCOPES, SlackConfig
from reunite.commands import JoinWorkspace
from reunite.handlers import Handlers
from reunite.model import Channel, Member, ReplyTarget, ReportKind

_PAGE: Final = 200
_log = structlog.get_logger(__name__)


class SlackWorkspace:
    """One workspace. `channels` are those in which the bot is a member; Slack tells it of no others."""

    def __init__(self, client: AsyncWebClient, config: SlackConfig, who: Mapping[str, Any]) -> None:
        """`who` is Slack's answer to auth.test."""
        self._client = client
        self._config = config
        self.team: str = who["team_id"]
        self.name: str = who["team"]
        self.home: str = who["url"]
        self.bot_user: str = who["user_id"]
        self.channels: Mapping[str, Channel] = {}

    @classmethod
    async def entered(cls, client: AsyncWebClient, config: SlackConfig, handlers: Handlers) -> Self:
        """Find out where we are and make it known."""
        who = await client.auth_test()
        missing = SCOPES - set(who.headers.get("x-oauth-scopes", "").replace(" ", "").split(","))
        if missing:
            _log.warning("slack_scopes_missing", scopes=sorted(missing))
        workspace = cls(client, config, dict(who.data))  # type: ignore[arg-type] # JSON, no bytes
        await workspace.refresh(handlers)
        return workspace

    async def refresh(self, handlers: Handlers) -> None:
        """Look again at the channels and what they are for."""
        channels: dict[str, Channel] = {}
        cursor = None
        while True:
            page = await self._client.users_conversations(
                types="public_channel,private_channel", exclude_archived=True, limit=_PAGE, cursor=cursor
            )
            channels.update({each["id"]: self._config.channel(each["id"], each["name"]) for each in page["channels"]})
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        self.channels = channels
        await handlers.join(JoinWorkspace("slack", self.team, self.name, tuple(channels.values())))

    def role(self, channel: str) -> ReportKind | None:
        """Return what is posted in a channel."""
        known = self.channels.get(channel)
        return known.role if known else None

    def lost_channel(self, used_in: str) -> str | None:
        """Return where the report of a `/lost` goes: #lost, else where it was used, if we may write there."""
        named = [channel.id for channel in self.channels.values() if channel.role is ReportKind.LOST]
        if used_in in named:
            return used_in
        return min(named, default=used_in if used_in in self.channels else None)

    def target(self, channel: str, message: str | None) -> ReplyTarget:
        """Return a place in this workspace."""
        return ReplyTarget("slack", self.team, channel, message)

    async def person(self, user: str) -> tuple[Member, bool]:
        """Return who a user is and whether they moderate, at this moment."""
        found: dict[str, Any] = (await self._client.users_info(user=user))["user"]
        name = found.get("profile", {}).get("display_name") or found.get("real_name") or found.get("name") or user
        moderates = bool(found.get("is_admin") or found.get("is_owner")) or user in self._config.moderators
        return Member(user, name), moderates
