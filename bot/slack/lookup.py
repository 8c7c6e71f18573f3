"""What Slack says of channels: its list of the bot's, and those that the list lacks, asked about one by one."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any, Final

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.latest import Latest
from bot.slack.errors import FAILURES, code_of, is_refusal, part_of
from bot.slack.people import Person
from reunite.errors import TryAgainError

_REMEMBERED: Final = 1000
_PAGE: Final = 200
_RECENT_SECONDS: Final = 60
_log = structlog.get_logger(__name__)


def is_direct(channel: str) -> bool:
    """Return whether a channel's id is that of direct messages."""
    return channel.startswith("D")


class Lookup:
    """Remembers what Slack said, so that it's asked once."""

    def __init__(self, client: AsyncWebClient, team: str) -> None:
        self._client = client
        self._team = team
        self._unlisted: dict[str, str] = {}
        """The names of channels that the bot is in though no list had them yet."""
        self._others = Latest[str, None](_REMEMBERED)
        """Channels that aren't ours, such as conversations of several people."""
        self._is_private: dict[str, bool] = {}
        """Whether only its members can open a channel that is listed, or was asked about."""
        self._listed: Mapping[str, Mapping[str, Any]] = {}
        self._listed_at = -float("inf")

    async def names(self) -> dict[str, str]:
        """Read the list, and return the names of its channels and of those that it lacks."""
        found = {channel["id"]: channel for channel in await self._channels()}
        self._listed, self._listed_at = found, monotonic()
        for channel in found:
            self._unlisted.pop(channel, None)  # what was listed once is left when a list lacks it
        kept = {channel: self._is_private[channel] for channel in self._unlisted}
        self._is_private = kept | {channel: bool(said.get("is_private")) for channel, said in found.items()}
        return {**self._unlisted, **{channel: said["name"] for channel, said in found.items()}}

    async def recent(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the list as it was read in the last minute, or before if Slack doesn't answer now."""
        if monotonic() - self._listed_at >= _RECENT_SECONDS:
            with suppress(*FAILURES, TryAgainError):
                await self.names()
        return self._listed

    async def closed_to(self, person: Person, channels: Collection[str]) -> Collection[str]:
        """Return those of the bot's channels that someone can't open, or may not if Slack doesn't say which they're in.

        Everyone can open the public ones, except guests.
        """
        closed = set(channels) if person.is_guest else {at for at in channels if await self._is_closed(at)}
        if not closed:
            return closed
        try:
            return closed - {channel["id"] for channel in await self._channels(person.member.id)}
        except (*FAILURES, TryAgainError) as error:
            _log.warning("slack_channels_of_unknown", team=self._team, error=type(error).__name__)
            return closed

    async def _is_closed(self, channel: str) -> bool:
        """Return whether only its members can open a channel, perhaps one that another process has joined."""
        if channel not in self._is_private:
            with suppress(TryAgainError):
                await self._asked(channel)
        return self._is_private.get(channel, True)

    async def _channels(self, user: str | None = None) -> list[Mapping[str, Any]]:
        """Return what Slack says of the bot's channels, or of someone's, except of archived ones."""
        found: list[Mapping[str, Any]] = []
        cursor = None
        while True:
            page = await self._page(cursor, user)
            found += part_of(page, "channels")
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return found

    async def _page(self, cursor: str | None, user: str | None) -> Mapping[str, Any]:
        """Return a page of the bot's channels; none from a compatible server that says that it lacks this method."""
        kinds = "public_channel,private_channel"
        try:
            page = await self._client.users_conversations(
                types=kinds, exclude_archived=True, limit=_PAGE, cursor=cursor, user=user
            )
        except SlackApiError as error:
            if user or code_of(error) != "unknown_method":
                raise
            return {"channels": ()}
        return page.data if isinstance(page.data, dict) else {}

    def is_other(self, channel: str) -> bool:
        """Return whether Slack has said that a channel isn't ours."""
        return channel in self._others

    async def name_of(self, channel: str) -> str | None:
        """Return the name of a channel if the bot is a member; None if it isn't.

        Raises TryAgainError if Slack doesn't say.
        """
        found = await self._asked(channel)
        is_other = any(found.get(kind) for kind in ("is_archived", "is_im", "is_mpim"))
        if not found or is_other or not found.get("is_member", True):
            self._others[channel] = None
            return None
        self._unlisted[channel] = str(found.get("name") or "")
        return self._unlisted[channel]

    async def _asked(self, channel: str) -> Mapping[str, Any]:
        """Return what Slack says of a channel; nothing if it refuses. Raises TryAgainError if it doesn't say."""
        found: Mapping[str, Any] = {}
        try:
            found = part_of(await self._client.conversations_info(channel=channel), "channel")
        except FAILURES as error:
            _log.warning("slack_channel_unknown", team=self._team, channel=channel, reason=type(error).__name__)
            if not (isinstance(error, SlackApiError) and is_refusal(error)):
                raise TryAgainError("Slack doesn't say what a channel is") from error
        self._is_private[channel] = not found or bool(found.get("is_private"))
        return found

    def forget(self, channel: str) -> None:
        """Forget what Slack said of a single channel: the bot has been invited or has left, or it has another name."""
        self._unlisted.pop(channel, None)
        self._is_private.pop(channel, None)
        self._others.pop(channel, None)

    def forget_others(self) -> None:
        """Forget which channels aren't ours: the bot may have been invited there."""
        self._others.clear()
