"""Creates the channels that a guild lacks, for `/setup`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import discord
import structlog

from bot.channels import ChannelUse, lacking, with_created
from bot.discord.errors import FAILURES
from bot.discord.permissions import TO_POST
from bot.discord.render import RenderedButton
from bot.discord.workspaces import Workspaces
from db.trouble import is_temporary
from reunite.entities import ReportKind, Settings
from reunite.language import listed, sentence

Overwrites = dict[discord.Role | discord.Member | discord.Object, discord.PermissionOverwrite]

_TOPICS: Final[Mapping[ChannelUse, str]] = {
    "found": "channel_found_topic",
    "lost": "channel_lost_topic",
    "log": "setup_log_hint",
}
_log = structlog.get_logger(__name__)


class NewChannels:
    """Offers to create channels, and creates them if the bot may manage channels."""

    BUTTON: Final = "setup:create"

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    def offer(self, guild: discord.Guild, language: str) -> tuple[list[str], list[RenderedButton]]:
        """Return a line about the channels that are missing, and the button that creates them."""
        needed = self._lacking(guild)
        if not needed:
            return [], []
        names = self._names(guild, needed)
        if not guild.me.guild_permissions.manage_channels:
            permission = sentence("permission_manage_channels", language)
            return [sentence("channels_by_hand", language, channels=names, permission=permission)], []
        label = sentence("channels_create", language, channels=names)
        button = RenderedButton(self.BUTTON, label, discord.ButtonStyle.success)
        return [sentence("channels_offer", language, channels=names)], [button]

    async def create(self, guild: discord.Guild, manager: discord.Member, language: str) -> str:
        """Create the missing channels, choose them in the settings, and return a summary."""
        async with self._workspaces.lock(guild.id):  # a second press finds nothing missing
            needed = self._lacking(guild)
            settings = self._workspaces.settings(guild)
            created = await _created(guild, needed, settings, manager)
            is_saved = await self._choose(guild, created)
        refused = [use for use in needed if use not in created]
        made = listed((channel.mention for channel in created.values()), language)
        sentences = [sentence("channels_created", language, channels=made)] if made else []
        if not is_saved:
            sentences.append(sentence("channels_unsaved", language))
        if refused:
            sentences.append(sentence("channels_refused", language, channels=self._names(guild, refused)))
        return " ".join(sentences) or sentence("channels_complete", language)

    async def _choose(self, guild: discord.Guild, created: Mapping[ChannelUse, discord.TextChannel]) -> bool:
        """Choose new channels in the settings; return false if the database is away: the channels are there."""
        if not created:
            return True
        channels = {use: str(channel.id) for use, channel in created.items()}
        try:
            await self._workspaces.change(guild, lambda settings: with_created(settings, channels))
        except Exception as error:
            if not is_temporary(error):
                raise
            _log.warning("discord_channels_not_chosen", guild=str(guild.id), reason=type(error).__name__)
            return False
        return True

    def _lacking(self, guild: discord.Guild) -> Sequence[ChannelUse]:
        return lacking(
            self._workspaces.settings(guild), {kind for kind in ReportKind if self._workspaces.channels(guild, kind)}
        )

    def _names(self, guild: discord.Guild, uses: Sequence[ChannelUse]) -> str:
        language = self._workspaces.language(guild)
        return listed((f"#{sentence(f'channel_{use}', language)}" for use in uses), language)


async def _created(
    guild: discord.Guild, uses: Sequence[ChannelUse], settings: Settings, manager: discord.Member
) -> dict[ChannelUse, discord.TextChannel]:
    """Create channels in the guild's language, until Discord refuses one."""
    created: dict[ChannelUse, discord.TextChannel] = {}
    for use in uses:
        name = sentence(f"channel_{use}", settings.language)
        topic = sentence(_TOPICS[use], settings.language)
        seen_by = _for_moderators(guild, settings, manager) if use == "log" else {}
        left = next((each for each in guild.text_channels if use == "log" and _is_left(each, name, topic)), None)
        try:
            created[use] = left or await guild.create_text_channel(name, topic=topic, overwrites=seen_by)
        except FAILURES as error:
            _log.warning("discord_channel_not_created", guild=str(guild.id), use=use, reason=str(error))
            break
    return created


def _is_left(channel: discord.TextChannel, name: str, topic: str) -> bool:
    """Return whether a channel looks as we create it for moderators: perhaps that couldn't be saved."""
    is_hidden = channel.overwrites_for(channel.guild.default_role).view_channel is False
    is_ours = channel.overwrites_for(channel.guild.me).view_channel is True
    return (channel.name, channel.topic) == (name, topic) and is_hidden and is_ours


def _for_moderators(guild: discord.Guild, settings: Settings, manager: discord.Member) -> Overwrites:
    """Hide a channel from all but the moderators, the manager who wants it, and the bot.

    Discord accepts only permissions that the bot has in the guild.
    """
    seen = discord.PermissionOverwrite(view_channel=True)
    mine = discord.PermissionOverwrite.from_pair(TO_POST & guild.me.guild_permissions, discord.Permissions.none())
    hidden = discord.PermissionOverwrite(view_channel=False)
    return {
        guild.default_role: hidden,
        **dict.fromkeys(_moderating(guild, settings), seen),
        manager: seen,
        guild.me: mine,
    }


def _moderating(guild: discord.Guild, settings: Settings) -> Iterator[discord.Role]:
    """Return the roles whose members moderate, or may manage the guild; other bots' roles are left out."""
    for role in guild.roles:
        rights = role.permissions
        moderates = str(role.id) in settings.moderators or rights.manage_messages or rights.manage_guild
        if moderates and not role.managed and not role.is_default():
            yield role
