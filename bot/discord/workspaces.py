"""What is known of each guild: how its moderators want it, what each channel is for, and who may what."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from weakref import WeakValueDictionary

import discord

from bot.discord.config import DiscordConfig
from bot.discord.permissions import Place, missing
from reunite.commands import ChangeSettings, JoinWorkspace
from reunite.entities import Channel, Member, ReportKind, Settings
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.messages.wording import sentence

_AS_INVITED: Final = Settings()


class Guilds:
    """The guilds of one client, each with the settings that were last made in it."""

    def __init__(self, handlers: Handlers, config: DiscordConfig) -> None:
        """Know nothing yet."""
        self._handlers = handlers
        self._config = config
        self._settings: dict[int, Settings] = {}
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def join(self, guild: discord.Guild) -> None:
        """Make a guild known, with its channels and what is posted in each."""
        await self._tell(guild)
        chosen = await self._handlers.settings("discord", str(guild.id))
        settings = _without_gone(chosen, guild)
        if settings != chosen:
            await self._handlers.set_up(ChangeSettings(platform="discord", workspace=str(guild.id), settings=settings))
        if settings != self._settings.get(guild.id, _AS_INVITED):
            self._settings[guild.id] = settings
            await self._tell(guild)
        self._settings[guild.id] = settings

    async def _tell(self, guild: discord.Guild) -> None:
        channels = (Channel(str(each.id), each.name, self.role_of(each)) for each in _places(guild))
        await self._handlers.join(JoinWorkspace("discord", str(guild.id), guild.name, tuple(channels)))

    async def known(self, guild: discord.Guild) -> None:
        """Join a guild whose first event comes before its joining is through."""
        if guild.id not in self._settings:
            async with self.turn(guild.id):
                if guild.id not in self._settings:
                    await self.join(guild)

    async def leave(self, guild: discord.Guild) -> None:
        """Forget a guild that has removed the bot, with all that is known of it."""
        async with self.turn(guild.id):
            self._settings.pop(guild.id, None)
            await self._handlers.leave("discord", str(guild.id))

    def settings(self, guild: discord.Guild) -> Settings:
        """Return how a guild wants it."""
        return self._settings.get(guild.id, _AS_INVITED)

    def language(self, guild: discord.Guild) -> str:
        """Return the language in which the bot writes for all to see."""
        return self.settings(guild).language

    def role_of(self, channel: discord.abc.GuildChannel) -> ReportKind | None:
        """Return what is posted in a channel: as its moderators chose, or else by its name."""
        settings = self.settings(channel.guild)
        if str(channel.id) in settings.found_channels:
            return ReportKind.FOUND
        if str(channel.id) in settings.lost_channels:
            return ReportKind.LOST
        named = self._config.role_of(channel.name)
        chosen = settings.found_channels if named is ReportKind.FOUND else settings.lost_channels
        return None if chosen else named

    def channels(self, guild: discord.Guild, kind: ReportKind) -> list[Place]:
        """Return the channels for lost, or for found, things."""
        return [each for each in _places(guild) if self.role_of(each) is kind]

    def channel_for(
        self, guild: discord.Guild, kind: ReportKind, used_in: object, needed: discord.Permissions, words: str
    ) -> Place:
        """Return where a report by command goes: the channel for such things, or else where the command was used.

        Raises TellUserError, which names, in the language `words`, the permissions that the bot lacks there.
        """
        here = used_in.parent if isinstance(used_in, discord.Thread) else used_in
        places = self.channels(guild, kind) or ([here] if isinstance(here, discord.TextChannel) else [])
        if needed.create_private_threads:  # forums and announcements have none
            places = [each for each in places if isinstance(each, discord.TextChannel) and not each.is_news()]
        for place in sorted(places, key=lambda place: place != here):  # of several, the one at hand
            if not missing(place, needed):
                return place
        if not places:
            raise TellUserError("not_here")
        raise TellUserError("permissions_missing", **lacking(places[0], needed, words))

    def is_moderator(self, member: discord.Member, rights: discord.Permissions) -> bool:
        """Tell whether a member judges matches: by the permission, or as the guild's moderators decided."""
        chosen = set(self.settings(member.guild).moderators)
        return rights.manage_messages or not chosen.isdisjoint([str(member.id), *(str(r.id) for r in member.roles)])

    def turn(self, snowflake: int) -> asyncio.Lock:
        """Return the lock under which events about one thing wait for each other, in the order in which they came."""
        return self._turns.setdefault(snowflake, asyncio.Lock())


def lacking(channel: Place, needed: discord.Permissions, language: str) -> dict[str, str]:
    """Return what the sentence `permissions_missing` says of a channel."""
    names = (sentence(f"permission_{name}", language) for name in missing(channel, needed))
    return {"channel": channel.mention, "permissions": ", ".join(names), "bot": channel.guild.me.display_name}


def member_of(user: discord.User | discord.Member) -> Member:
    """Return a person as the domain knows them."""
    return Member(str(user.id), user.display_name)


def _without_gone(chosen: Settings, guild: discord.Guild) -> Settings:
    """Take the channels that were deleted off the settings: none would count as chosen, and no find could be sealed."""
    there = {str(each.id) for each in guild.channels}
    if not there:  # Discord itself is in trouble, and says nothing of this guild
        return chosen
    return replace(
        chosen,
        found_channels=tuple(each for each in chosen.found_channels if each in there),
        lost_channels=tuple(each for each in chosen.lost_channels if each in there),
        log_channel=chosen.log_channel if chosen.log_channel in there else None,
    )


def _places(guild: discord.Guild) -> Iterator[Place]:
    yield from guild.text_channels
    yield from guild.forums
