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
_IMPLIED: Final = discord.Permissions(embed_links=True, attach_files=True)
"""discord.py counts these as missing whenever the permission to send is missing; naming that one is enough."""
_TO_SEE: Final = discord.Permissions(view_channel=True)
"""Without this one, all others are missing, too."""


def missing(channel: ReportChannel, needed: discord.Permissions) -> tuple[str, ...]:
    """Return the names (as in `Permissions.VALID_FLAGS`) of the permissions that the bot lacks in a channel."""
    granted = channel.permissions_for(channel.guild.me)
    wanted = needed & _IN_A_FORUM if isinstance(channel, discord.ForumChannel) else needed
    if not granted.view_channel:
        wanted = _TO_SEE
    elif not granted.send_messages:
        wanted = wanted & ~_IMPLIED  # `&=` would change `needed`
    return tuple(name for name, is_needed in wanted if is_needed and not getattr(granted, name))


def roles_that_see(place: Place, guild: discord.Guild) -> set[discord.Role]:
    """Return the roles of people, not of bots, that see a channel, or that of a thread."""
    channel = place.parent if isinstance(place, discord.Thread) else place
    if channel is None:
        return set()
    people = (role for role in guild.roles if not role.is_bot_managed())
    return {role for role in people if channel.permissions_for(role).view_channel}


def closed_to_some(channels: Sequence[ReportChannel]) -> list[ReportChannel]:
    """Return the channels that somebody who sees another of them can't open: a role can't, or they're for adults."""
    seen_by = {channel: roles_that_see(channel, channel.guild) for channel in channels}
    everyone = set[discord.Role]().union(*seen_by.values())
    for_adults = {channel for channel in channels if channel.is_nsfw()}
    return [
        channel
        for channel in channels
        if seen_by[channel] != everyone or (channel in for_adults and len(for_adults) < len(channels))
    ]


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
