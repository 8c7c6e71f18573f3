"""One workspace: where the bot listens, who people are, and what they may do."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final, Self

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels import comes_first, languages_of, role_of
from bot.slack.config import SlackConfig
from bot.slack.errors import part_of, slack_errors
from bot.slack.lookup import Lookup, is_direct
from bot.slack.markup import mentions, plain_text
from bot.slack.people import People, Person, is_user
from bot.slack.permissions import missing
from reunite.commands import JoinWorkspace
from reunite.entities import Channel, ReplyTarget, ReportKind, Settings
from reunite.errors import TryAgainError, UndeliverableError
from reunite.handlers import Handlers

_MAX_NAMES: Final = 10
"""How many mentions in one message are looked up."""
_log = structlog.get_logger(__name__)


class SlackWorkspace:
    """A workspace with its token. `channels` are those the bot is a member of; Slack sends no events of others."""

    def __init__(
        self, client: AsyncWebClient, config: SlackConfig, handlers: Handlers, identity: Mapping[str, Any]
    ) -> None:
        """`client` has the workspace's token; `identity` is Slack's answer to auth.test."""
        self.client = client
        self._handlers = handlers
        self.team: str = identity["team_id"]
        self.name: str = identity.get("team") or self.team
        self.home: str = identity.get("url") or "https://slack.com/"
        self.bot_user: str = identity["user_id"]
        self.channels: Mapping[str, Channel] = {}
        self.joined: set[str] = set()
        """Channels that the bot has joined since they were first read; the reconciler takes them out again."""
        self.events_dropped_until: datetime | None = None
        """Until when Slack may drop events, or we couldn't take one; the reconciler then catches up on them."""
        self._refreshing = asyncio.Lock()
        self._finding = asyncio.Lock()
        self.lookup = Lookup(client, self.team)
        self._people = People(client, self.team, config.moderators)
        self._is_read = False
        self.is_outdated = False
        """Whether the channels have to be read again: an earlier try failed."""
        self._language = "en"

    async def language(self) -> str:
        """Return the language of what everyone reads here."""
        self._language = (await self._handlers.settings("slack", self.team)).language
        return self._language

    def remembered_language(self, user: str | None) -> str:
        """Return someone's language, or else the workspace's, as last heard: without Slack and the database."""
        return self._people.remembered_language(user, self._language)

    @classmethod
    async def connect(
        cls,
        client: AsyncWebClient,
        config: SlackConfig,
        handlers: Handlers,
        heard_at: Callable[[str], Awaitable[datetime | None]],
    ) -> Self:
        """Ask Slack which workspace the token is for, and join it. Raises UndeliverableError for an organisation's.

        `heard_at` tells until when the bot has heard of everything in a workspace.
        """
        identity = await client.auth_test()
        if not all(isinstance(identity.get(name), str) for name in ("team_id", "user_id")):
            raise TryAgainError("the answers from Slack's address aren't Slack's; a proxy may be answering")
        if identity.get("is_enterprise_install"):
            raise UndeliverableError(
                "The app is installed for a whole organisation, which it can't serve: install it in each workspace."
            )
        if lacking := missing(identity.headers):
            _log.warning("slack_scopes_missing", team=identity["team_id"], scopes=lacking)
        workspace = cls(client, config, handlers, dict(identity.data))  # type: ignore[arg-type] # JSON, no bytes
        await workspace.refresh(away_since=await heard_at(workspace.team))
        return workspace

    async def refresh(self, away_since: datetime | None = None) -> None:
        """Read the channels again, and the kind of report of each; one after the other, so that the latest counts.

        A kind that has changed may have done so `away_since`; None if the bot would have heard of it.
        """
        self.lookup.forget_others()
        await self._refresh(away_since)

    async def _refresh(self, away_since: datetime | None = None) -> None:
        async with self._refreshing:
            await self._read_channels(away_since)

    async def _read_channels(self, away_since: datetime | None) -> None:
        names = await self.lookup.names()
        if not self.channels:  # a workspace must have been joined before it has settings
            await self._handlers.join(JoinWorkspace("slack", self.team, self.name, address=self.home))
            if first := min(
                names, key=lambda channel: role_of(channel, names[channel], Settings()) is None, default=None
            ):
                await self._handlers.welcome.note_invitation("slack", self.team, first, if_first=True)
        await self._adopt_language([name for channel, name in names.items() if channel not in self.channels])
        settings = await self._handlers.settings("slack", self.team)
        self._language = settings.language
        listed = {channel: Channel(channel, name, role_of(channel, name, settings)) for channel, name in names.items()}
        self.channels = {channel: known for channel, known in self.channels.items() if channel in listed}
        await self._save(listed, away_since)
        if self._is_read:
            self.joined |= listed.keys() - self.channels.keys()
        self._is_read = True
        self.channels = listed
        self.is_outdated = False

    async def _adopt_language(self, names: Sequence[str]) -> None:
        """Use the language of the first new channel whose name is in one, perhaps of an invitation that we missed."""
        if first := next((found for found in map(languages_of, names) if len(found) == 1), None):
            await self._handlers.welcome.adopt_language("slack", self.team, first[0])

    async def _save(self, channels: Mapping[str, Channel], away_since: datetime | None = None) -> None:
        """Save channels and since when each has its kind of report, before any post there is read by that kind."""
        listed = tuple(channels.values())
        try:
            await self._handlers.join(JoinWorkspace("slack", self.team, self.name, listed, away_since, self.home))
        except Exception:
            self.is_outdated = True
            raise

    async def find_channel(self, channel: str) -> None:
        """Look for a channel that isn't listed yet: its posts may come before the word that the bot was invited.

        Raises TryAgainError if Slack doesn't say whether it's ours.
        """
        if channel in self.channels or is_direct(channel):
            return
        async with self._finding:
            if channel in self.channels or self.lookup.is_other(channel):
                return
            await self._try(self._refresh)
            if channel not in self.channels:
                await self._add_channel(channel)

    async def has_channel(self, channel: str) -> bool:
        """Return whether the bot is in a channel that isn't archived. Raises TryAgainError if Slack doesn't say."""
        await self.find_channel(channel)
        return channel in self.channels

    async def _add_channel(self, channel: str) -> None:
        """Add a channel that the list lacks, if the bot is a member."""
        name = await self.lookup.name_of(channel)
        if name is None:
            return
        async with self._refreshing:
            settings = await self._handlers.settings("slack", self.team)
            channels = {**self.channels, channel: Channel(channel, name, role_of(channel, name, settings))}
            await self._save(channels)
            self.channels = channels
            self.joined.add(channel)

    async def reread(self, saved_channels: Callable[[], Awaitable[Sequence[Channel]]]) -> None:
        """Use the settings and channels that were saved last, perhaps by another process."""
        async with self._refreshing:
            settings = await self._handlers.settings("slack", self.team)
            self._language = settings.language
            saved = {  # the other process may not have saved what the settings now say of them
                channel.id: replace(channel, role=role_of(channel.id, channel.name, settings))
                for channel in await saved_channels()
            }
            if self.channels.keys() - saved.keys():
                self.is_outdated = True  # we have left them, or the other process hasn't heard of them yet
            self.channels = saved

    def move_channel(self, old: str, new: str) -> None:
        """Replace a channel's id. Its posts may have changed before this was known, as in a channel just joined."""
        self.channels = {
            channel.id: channel
            for channel in (replace(known, id=new) if known.id == old else known for known in self.channels.values())
        }
        self.joined.add(new)

    async def try_to_refresh(self, away_since: datetime | None = None) -> None:
        """Read the channels again, if Slack and the database answer; a failure undoes nothing."""
        await self._try(partial(self.refresh, away_since))

    async def _try(self, refresh: Callable[[], Awaitable[None]]) -> None:
        try:
            await refresh()
        except Exception as error:  # noqa: BLE001 - the person gets an answer whatever happens
            self.is_outdated = True
            _log.warning("slack_channels_unread", team=self.team, error=type(error).__name__)

    def role(self, channel: str) -> ReportKind | None:
        """Return a channel's kind of report."""
        known = self.channels.get(channel)
        return known.role if known else None

    def channel_for(self, kind: ReportKind, used_in: str | None, without: Collection[str] = frozenset()) -> str | None:
        """Return the channel for a report by command: the one for its kind, or the one where the command was used.

        Those `without` which it has to be are closed to its author.
        """
        if used_in and self.role(used_in) is kind:
            return used_in
        known = [channel for channel in self.channels.values() if channel.role is kind and channel.id not in without]
        if known:
            return min(known, key=lambda channel: (not comes_first(channel.name), channel.id)).id
        return used_in if used_in in self.channels else None

    def target(self, channel: str, message: str | None) -> ReplyTarget:
        return ReplyTarget("slack", self.team, channel, message)

    def link_to(self, target: ReplyTarget) -> str | None:
        """Return the web address of a post in this workspace, None for posts elsewhere."""
        if (target.platform, target.workspace) != ("slack", self.team) or target.message is None:
            return None
        return f"{self.home}archives/{target.channel}/p{target.message.replace('.', '')}"

    def links_in(self, channel: str) -> Callable[[ReplyTarget], str | None]:
        """Return what links to posts from a channel, where nobody can open others' direct messages with the bot."""

        def link_to(target: ReplyTarget) -> str | None:
            is_elsewhere = is_direct(target.channel) and target.channel != channel
            return None if is_elsewhere else self.link_to(target)

        return link_to

    async def person(self, user: str) -> Person:
        """Return who a user is and whether they moderate, at this moment."""
        return await self._people.person(user, await self._handlers.settings("slack", self.team))

    async def words(self, text: str) -> str:
        """Return a message's text as people read it, with the names of the people and channels it mentions."""
        ids = mentions(text)[:_MAX_NAMES]
        found = await asyncio.gather(*(self._mentioned(user_id) for user_id in ids))
        return plain_text(text, dict(zip(ids, found, strict=True)))

    async def _mentioned(self, subject: str) -> str:
        if channel := self.channels.get(subject):
            return channel.name
        return await self._people.name(subject) if is_user(subject) else ""

    async def direct(self, *users: str) -> str:
        """Return the channel of the direct messages with someone, or with several together.

        Raises TryAgainError, UndeliverableError.
        """
        with slack_errors():
            opened = await self.client.conversations_open(users=",".join(users))
        channel: str = part_of(opened, "channel")["id"]
        return channel
