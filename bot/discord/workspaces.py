"""The guilds that the bot is in: their settings, what each channel is for, and who moderates."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

import discord
import structlog

from bot import channels
from bot.discord.markup import readable
from bot.discord.permissions import ReportChannel, can_answer, free_tags, invitation, missing
from bot.locks import Locks
from db.trouble import is_away, is_temporary
from reunite.commands import ChangeSettings, JoinWorkspace
from reunite.entities import Channel, Member, PlatformName, ReportKind, Settings
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.language import listed, sentence

_DEFAULTS: Final = Settings()
_SAVE_EVERY_SECONDS: Final = 30.0
_log = structlog.get_logger(__name__)


class Workspaces:
    """The guilds of one client, each with its latest settings."""

    def __init__(self, handlers: Handlers, away_since: Callable[[discord.Guild], Awaitable[datetime | None]]) -> None:
        """`away_since` tells since when the bot isn't in a guild; None if it's there."""
        self._handlers = handlers
        self._away_since = away_since
        self._settings: dict[int, Settings] = {}
        self._locks = Locks[int]()
        self._unsaved: dict[int, datetime | None] = {}
        """The guilds whose channels have to be saved again, as an earlier try failed; since when the bot was away."""
        self._joins = Locks[int]()
        self.on_saved_late: Callable[[discord.Guild], None] = lambda _: None
        """Hears of each guild that's saved after a try that failed: posts in new channels had to wait for that."""

    async def join(self, guild: discord.Guild) -> None:
        """Save a guild with its channels and their kinds of report, and read its settings.

        One at a time, so that settings read earlier never replace later ones.
        """
        async with self._joins.of(guild.id):
            await self._join(guild)

    async def join_now_or_later(self, guild: discord.Guild) -> None:
        """Join a guild, or leave it to `keep_saved` if that fails: the other guilds are still served."""
        try:
            await self.join(guild)
        except Exception as error:
            if is_away(error):
                raise
            _log.warning("discord_channels_unsaved", guild=str(guild.id), reason=type(error).__name__)

    async def change(self, guild: discord.Guild, changed: Callable[[Settings], Settings]) -> None:
        """Save a guild's changed settings and use them from now on, though its channels may be read only later."""
        async with self._joins.of(guild.id):
            saved = await self._handlers.settings("discord", str(guild.id))  # another process may have changed them
            settings = changed(_without_deleted(saved, guild))
            is_known = settings == saved == self._settings.get(guild.id)
            # Even without a change, somebody has chosen these settings: no greeting may replace their English.
            await self._handlers.set_up(ChangeSettings(platform="discord", workspace=str(guild.id), settings=settings))
            self._settings[guild.id] = settings
        if is_known:
            return
        try:
            await self.join(guild)
        except Exception as error:
            if not is_temporary(error):
                raise
            _log.warning("discord_channels_unsaved", guild=str(guild.id), reason=type(error).__name__)

    async def adopt_language(self, guild: discord.Guild, language: str) -> None:
        """Use the language that a community has chosen on Discord, unless somebody has set up the bot."""
        async with self._joins.of(guild.id):
            await self._handlers.welcome.adopt_language("discord", str(guild.id), language)
            self._settings[guild.id] = await self._handlers.settings("discord", str(guild.id))

    def __iter__(self) -> Iterator[str]:
        """Return the ids of the guilds whose settings are known."""
        return map(str, [*self._settings])

    async def reread(self, client: discord.Client, guild_id: str) -> None:
        """Use the settings that another process has changed from now on."""
        guild = client.get_guild(int(guild_id))
        if guild is None or guild.id not in self._settings:
            return
        async with self._joins.of(guild.id):
            saved = await self._handlers.settings("discord", guild_id)
            if saved != self._settings.get(guild.id, saved):
                await self._join(guild)

    def is_unsaved(self, guild: discord.Guild) -> bool:
        """Return whether a guild's channels have to be saved again, as an earlier try failed."""
        return guild.id in self._unsaved

    async def keep_saved(self, client: discord.Client) -> None:
        """Save guilds and their channels again that couldn't be saved. Runs until cancelled."""
        while True:
            await asyncio.sleep(_SAVE_EVERY_SECONDS)
            for guild in client.guilds:
                if guild.id in self._unsaved:
                    await self._save_late(guild)

    async def _save_late(self, guild: discord.Guild) -> None:
        try:
            async with self.lock(guild.id):
                if guild.id in self._unsaved:  # it may have removed the bot meanwhile
                    await self.join(guild)
        except Exception as error:  # noqa: BLE001 - the next round may succeed
            _log.warning("discord_channels_unsaved", guild=str(guild.id), reason=type(error).__name__)

    async def _join(self, guild: discord.Guild) -> None:
        away_since = self._unsaved.get(guild.id)
        try:
            away_since = away_since or await self._away_since(guild)
            await self._save(guild, away_since)
        except BaseException:
            self._unsaved[guild.id] = away_since
            raise
        if guild.id in self._unsaved:
            del self._unsaved[guild.id]
            self.on_saved_late(guild)

    async def _save(self, guild: discord.Guild, away_since: datetime | None) -> None:
        join = JoinWorkspace("discord", str(guild.id), guild.name, away_since=away_since)
        await self._handlers.join(join)  # a guild must have been joined before it has settings
        saved = await self._handlers.settings("discord", str(guild.id))
        settings = _without_deleted(saved, guild)
        if settings != saved:
            await self._handlers.set_up(ChangeSettings(platform="discord", workspace=str(guild.id), settings=settings))
        self._settings[guild.id] = settings
        if not guild.unavailable:  # in an outage, Discord lists no channels
            listed = (Channel(str(place.id), place.name, self.role_of(place)) for place in report_channels(guild))
            await self._handlers.join(replace(join, channels=tuple(listed)))

    async def ensure_joined(self, guild: discord.Guild) -> None:
        """Join a guild whose first event comes before it has been joined."""
        if guild.id not in self._settings:
            async with self.lock(guild.id):
                if guild.id not in self._settings:
                    await self.join(guild)

    async def leave(self, guild_id: int) -> None:
        """Delete everything known about a guild that has removed the bot."""
        async with self.lock(guild_id):
            self._settings.pop(guild_id, None)
            self._unsaved.pop(guild_id, None)
            await self._handlers.leave("discord", str(guild_id))

    def settings(self, guild: discord.Guild) -> Settings:
        return self._settings.get(guild.id, _DEFAULTS)

    def lacks_log(self, guild: discord.Guild) -> bool:
        """Return whether a guild is known to have no moderators' channel."""
        settings = self._settings.get(guild.id)
        return settings is not None and settings.log_channel is None

    def language(self, guild: discord.Guild) -> str:
        """Return the language of public messages."""
        return self.settings(guild).language

    def role_of(self, channel: discord.abc.GuildChannel) -> ReportKind | None:
        """Return a channel's kind of report."""
        return channels.role_of(str(channel.id), channel.name, self.settings(channel.guild))

    def channels(self, guild: discord.Guild, kind: ReportKind) -> list[ReportChannel]:
        """Return the channels for found, or for lost, reports."""
        return [channel for channel in report_channels(guild) if self.role_of(channel) is kind]

    def channel_for(
        self, guild: discord.Guild, kind: ReportKind, used_in: object, needed: discord.Permissions, language: str
    ) -> ReportChannel:
        """Return the channel for a report by command: the one for its kind, or the one where the command was used.

        Raises TellUserError if the bot can't post there; it names in `language` the permissions that are missing.
        """
        here = used_in.parent if isinstance(used_in, discord.Thread) else used_in
        candidates = self.channels(guild, kind)
        if needed.create_private_threads:  # without another channel, a private report may be anywhere
            candidates = [channel for channel in candidates if _has_private_threads(channel)]
            here = here if _has_private_threads(here) else None
        candidates = candidates or ([here] if isinstance(here, discord.TextChannel) else [])
        for channel in sorted(
            candidates, key=lambda channel: (channel != here, not channels.comes_first(channel.name))
        ):
            if can_answer(channel, needed):
                if (
                    isinstance(channel, discord.ForumChannel)
                    and channel.flags.require_tag
                    and not free_tags(channel, kind)
                ):
                    raise TellUserError("forum_needs_tag", channel=channel.mention)
                return channel
        if not candidates:
            raise TellUserError("not_here")
        raise lacking(candidates[0], needed, language)

    def shown_in(self, guild: discord.Guild) -> list[ReportChannel]:
        """Return the channels for reports, where cards may quote any of them."""
        return [channel for channel in report_channels(guild) if self.role_of(channel)]

    def follows_tags(self, guild: discord.Guild) -> bool:
        """Return whether a forum's tags "Lost" and "Found" say what a post reports.

        Where there is a channel for lost items, they rather say whether the owner of a found one is still missing.
        """
        return not self.channels(guild, ReportKind.LOST)

    def readable(self, interaction: discord.Interaction, kind: ReportKind, text: str) -> str:
        """Return the words of a report by command, or of a search that may become one, with what it mentions named."""
        guild = guild_of(interaction)
        here = [] if self.channels(guild, kind) else [interaction.channel]
        return readable(text, guild, [*self.shown_in(guild), *here])

    def readable_in_any_report(self, guild: discord.Guild, text: str) -> str:
        """Return words about a report, with what they mention named.

        Where they're written says nothing of who reads them. A report of a kind without channels may be in any.
        """
        kinds = (self.channels(guild, kind) or report_channels(guild) for kind in ReportKind)
        return readable(text, guild, [place for places in kinds for place in places])

    def is_moderator(
        self, user: discord.User | discord.Member, permissions: discord.Permissions, place: object = None
    ) -> bool:
        """Return whether someone may give verdicts: with the permission in a place, or chosen in the guild's settings.

        Some guilds give members channels to manage, to which they could bring a match: only in ours does that count.
        """
        if not isinstance(user, discord.Member):
            return False
        counts = user.guild_permissions.manage_messages or self._is_ours(place, permissions)
        chosen = set(self.settings(user.guild).moderators)
        ids = [str(user.id), *(str(role.id) for role in user.roles)]
        return (permissions.manage_messages and counts) or not chosen.isdisjoint(ids)

    def _is_ours(self, place: object, permissions: discord.Permissions) -> bool:
        """Return whether a place is a channel for reports or the moderators', or a thread there.

        Its name says nothing of a channel that someone with these permissions may rename.
        """
        channel = place.parent if isinstance(place, discord.Thread) else place
        if not isinstance(channel, ReportChannel):
            return False
        settings = self.settings(channel.guild)
        if str(channel.id) in {*settings.found_channels, *settings.lost_channels, settings.log_channel}:
            return True
        return not permissions.manage_channels and self.role_of(channel) is not None

    def lock(self, snowflake: int) -> asyncio.Lock:
        """Return the lock that keeps the events about one message or guild in their order."""
        return self._locks.of(snowflake)


def _has_private_threads(channel: object) -> bool:
    """Return whether a channel can have private threads: forums and announcement channels have none."""
    return isinstance(channel, discord.TextChannel) and not channel.is_news()


def guild_of(interaction: discord.Interaction) -> discord.Guild:
    """Return the guild of an interaction. Raises TellUserError outside of guilds, and where the bot isn't a member."""
    if interaction.guild is None:
        raise TellUserError("not_here")
    if interaction.client.get_guild(interaction.guild.id) is None:  # it has the commands without the bot
        raise TellUserError("bot_not_here", link=invitation(interaction.application_id))
    return interaction.guild


def workspace_of(interaction: discord.Interaction) -> tuple[PlatformName, str]:
    """Return how the handlers know the guild of an interaction. Raises TellUserError as `guild_of` does."""
    return "discord", str(guild_of(interaction).id)


def lacking(channel: ReportChannel, needed: discord.Permissions, language: str) -> TellUserError:
    """Return what keeps the bot from a channel: a timeout, which takes almost all permissions, or permissions."""
    me = channel.guild.me
    if me.is_timed_out():
        return TellUserError("in_timeout", bot=me.display_name)
    return TellUserError("permissions_missing", **missing_permissions(channel, needed, language))


def missing_permissions(channel: ReportChannel, needed: discord.Permissions, language: str) -> dict[str, str]:
    """Return the slots of the sentence `permissions_missing`."""
    names = (sentence(f"permission_{name}", language) for name in missing(channel, needed))
    return {"channel": channel.mention, "permissions": listed(names, language), "bot": channel.guild.me.display_name}


def member_of(user: discord.User | discord.Member) -> Member:
    return Member(str(user.id), user.display_name)


def _without_deleted(settings: Settings, guild: discord.Guild) -> Settings:
    existing = {str(channel.id) for channel in guild.channels}
    # A guild without channels means an outage at Discord: it sends nothing of this guild.
    return channels.without_deleted(settings, existing.__contains__) if existing else settings


def report_channels(guild: discord.Guild) -> Iterator[ReportChannel]:
    """Return the channels that may be for reports."""
    yield from guild.text_channels
    yield from guild.forums
