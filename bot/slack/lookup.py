"""Channels that Slack's list of the bot's channels lacks, asked about one by one."""

from collections.abc import Mapping
from typing import Final

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.latest import Latest
from bot.slack.errors import FAILURES, is_refusal, part_of
from reunite.errors import TryAgainError

_REMEMBERED: Final = 1000
_log = structlog.get_logger(__name__)


class Lookup:
    """Remembers what Slack said, so that it's asked once."""

    def __init__(self, client: AsyncWebClient, team: str) -> None:
        self._client = client
        self._team = team
        self._unlisted: dict[str, str] = {}
        """The names of channels that the bot is in though no list had them yet."""
        self._others = Latest[str, None](_REMEMBERED)
        """Channels that aren't ours, such as conversations of several people."""

    def is_other(self, channel: str) -> bool:
        """Return whether Slack has said that a channel isn't ours."""
        return channel in self._others

    async def name_of(self, channel: str) -> str | None:
        """Return the name of a channel if the bot is a member; None if it isn't.

        Raises TryAgainError if Slack doesn't say.
        """
        try:
            found = part_of(await self._client.conversations_info(channel=channel), "channel")
        except FAILURES as error:
            _log.warning("slack_channel_unknown", team=self._team, channel=channel, reason=type(error).__name__)
            if not (isinstance(error, SlackApiError) and is_refusal(error)):
                raise TryAgainError("Slack doesn't say what a channel is") from error
            found = {}
        is_other = any(found.get(kind) for kind in ("is_archived", "is_im", "is_mpim"))
        if not found or is_other or not found.get("is_member", True):
            self._others[channel] = None
            return None
        self._unlisted[channel] = str(found.get("name") or "")
        return self._unlisted[channel]

    def with_unlisted(self, listed: Mapping[str, str]) -> dict[str, str]:
        """Return a list's channels and those that it lacks. What was listed once is left when a list lacks it."""
        for channel in listed:
            self._unlisted.pop(channel, None)
        return {**self._unlisted, **listed}

    def forget(self, channel: str) -> None:
        """Forget a channel that may have changed; its next post is asked about again."""
        self._unlisted.pop(channel, None)
        self._others.pop(channel, None)

    def forget_others(self) -> None:
        """Forget which channels aren't ours: the bot may have been invited there."""
        self._others.clear()
