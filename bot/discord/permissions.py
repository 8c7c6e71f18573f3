"""The permissions that the bot asks for, as few as possible, and their names for messages about missing ones."""

from collections.abc import Sequence
from typing import Final

import discord

from bot.channels import kind_named
from reunite.entities import ReportKind

TO_ANSWER: Final = discord.Permissions(
    view_channel=True,
    read_message_history=True,  # to open a thread at a message
    add_reactions=True,
    create_public_threads=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,
)
"""In a channel whose posts the bot answers."""
TO_POST: Final = TO_ANSWER | discord.Permissions(send_messages=True)
"""In a channel where the bot also posts: reports by command, and the moderators' log."""
TO_HIDE: Final = TO_POST | discord.Permissions(create_private_threads=True)
"""In a channel where private reports have their threads."""
NEEDED: Final = TO_HIDE
"""What the invitation asks for. The bot uses three more if it has them.

Manage Channels lets `/setup` create channels, Manage Threads lets it delete a sample's thread, View Audit Log
tells it whom to greet.
"""

ReportChannel = discord.TextChannel | discord.ForumChannel
Place = discord.abc.GuildChannel | discord.Thread
_IN_A_FORUM: Final = ~discord.Permissions(create_public_threads=True, create_private_threads=True)
"""A forum post is a thread already; opening one takes the permission to send."""
_FOR_LOOKS: Final = discord.Permissions(embed_links=True, attach_files=True)
"""Without these, replies are plain words, or have no pictures.

discord.py counts them as missing whenever the permission to send is missing; naming that one is enough.
"""
_TO_SEARCH: Final = discord.Permissions(view_channel=True, send_messages=True, use_application_commands=True)
_TO_SEE: Final = discord.Permissions(view_channel=True)
"""Without this one, all others are missing, too."""


def missing(channel: ReportChannel, needed: discord.Permissions) -> tuple[str, ...]:
    """Return the names (as in `Permissions.VALID_FLAGS`) of the permissions that the bot lacks in a channel."""
    granted = channel.permissions_for(channel.guild.me)
    wanted = needed & _IN_A_FORUM if isinstance(channel, discord.ForumChannel) else needed
    if not granted.view_channel:
        wanted = _TO_SEE
    elif not granted.send_messages:
        wanted = wanted & ~_FOR_LOOKS  # `&=` would change `needed`
    return tuple(name for name, is_needed in wanted if is_needed and not getattr(granted, name))


def can_answer(channel: ReportChannel, needed: discord.Permissions) -> bool:
    """Return whether the bot has the permissions that replies wait for; without the others, they only look plainer."""
    return not missing(channel, needed & ~_FOR_LOOKS)


def roles_that_see(place: Place, guild: discord.Guild) -> set[discord.Role]:
    """Return the roles of people, not of bots, that see a channel, or that of a thread."""
    channel = place.parent if isinstance(place, discord.Thread) else place
    if channel is None:
        return set()
    people = (role for role in guild.roles if not role.is_bot_managed())
    return {role for role in people if channel.permissions_for(role).view_channel}


def closed_to_some(
    guild: discord.Guild, found: Sequence[ReportChannel], lost: Sequence[ReportChannel]
) -> list[ReportChannel]:
    """Return the channels for reports that somebody who is shown their posts may be unable to open.

    Those who see another of these channels are shown matches there, and those who may use the commands find what was
    found by searches. Only roles are compared, and who has several of them isn't known. A channel for adults counts as
    closed if some of the places where its posts are shown aren't for adults.
    """
    channels = [*found, *lost]
    seen_by = {channel: roles_that_see(channel, guild) for channel in channels}
    readers = set[discord.Role]().union(*seen_by.values())
    are_all_for_adults = all(channel.is_nsfw() for channel in channels)
    closed = {
        channel: seen_by[channel] != readers or (channel.is_nsfw() and not are_all_for_adults) for channel in channels
    }
    # What everyone sees, those who search see, too: mostly, the permissions in all other channels needn't be read.
    if unseen := [channel for channel in found if channel.is_nsfw() or guild.default_role not in seen_by[channel]]:
        searching, is_for_adults = _searching(guild)
        for channel in unseen:
            closed[channel] |= not searching <= seen_by[channel] or (channel.is_nsfw() and not is_for_adults)
    return [channel for channel in channels if closed[channel]]


def _searching(guild: discord.Guild) -> tuple[set[discord.Role], bool]:
    """Return the roles, moderators' aside, that may use commands, and whether only in channels for adults.

    A role that may use them in few channels, such as a team's own, is mostly held together with another one.
    """
    moderating = discord.Permissions(manage_messages=True, administrator=True)
    roles = [role for role in guild.roles if not (role.is_bot_managed() or role.permissions.value & moderating.value)]
    usable = {
        role: [place for place in guild.text_channels if place.permissions_for(role).is_superset(_TO_SEARCH)]
        for role in roles
    }
    most = max(map(len, usable.values()), default=0)
    searching = {role for role, places in usable.items() if places and (role.is_default() or len(places) * 2 >= most)}
    return searching, all(place.is_nsfw() for role in searching for place in usable[role])


def free_tags(forum: discord.ForumChannel, kind: ReportKind) -> list[discord.ForumTag]:
    """Return a tag for a kind of report if the forum requires one: not one that only moderators may use.

    One that says the kind comes first, and one that says the other kind last.
    """
    order = {kind: 0, None: 1}
    free = [tag for tag in forum.available_tags if not tag.moderated] if forum.flags.require_tag else []
    return sorted(free, key=lambda tag: order.get(kind_named(tag.name), len(order)))[:1]


def may_set_up(interaction: discord.Interaction) -> bool:
    """Return whether the person may change the bot's settings in this guild."""
    return interaction.guild is not None and interaction.permissions.manage_guild


def invitation(application: int) -> str:
    """Return the address that invites the bot."""
    return discord.utils.oauth_url(application, permissions=NEEDED, scopes=("bot", "applications.commands"))
