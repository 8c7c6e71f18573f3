"""The permissions that the bot asks for: the least that work, all of them named where one is missing."""

from typing import Final

import discord

TO_ANSWER: Final = discord.Permissions(
    view_channel=True,
    read_message_history=True,  # a thread is opened at a message that was seen
    add_reactions=True,
    create_public_threads=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,
)
"""In a channel whose posts are answered."""
TO_POST: Final = TO_ANSWER | discord.Permissions(send_messages=True)
"""In a channel in which the bot also writes posts of its own: those of commands, and the moderators' log."""
TO_HIDE: Final = TO_POST | discord.Permissions(create_private_threads=True)
"""In a channel in which private reports have their threads."""
NEEDED: Final = TO_HIDE
"""What the invitation asks for; no more is used anywhere."""

Place = discord.TextChannel | discord.ForumChannel
_IN_A_FORUM: Final = ~discord.Permissions(create_public_threads=True, create_private_threads=True)
"""A post of a forum is a thread already, and opening one there takes the right to send."""
_IMPLIED: Final = discord.Permissions(embed_links=True, attach_files=True)
"""Counted as lacking by discord.py where the right to send is; naming that one is enough."""


def missing(channel: Place, needed: discord.Permissions) -> tuple[str, ...]:
    """Return the names (discord.py's, as in `Permissions.VALID_FLAGS`) of the permissions that the bot lacks there."""
    mine = channel.permissions_for(channel.guild.me)
    wanted = needed & _IN_A_FORUM if isinstance(channel, discord.ForumChannel) else needed
    if not mine.send_messages:
        wanted &= ~_IMPLIED
    return tuple(name for name, is_needed in wanted if is_needed and not getattr(mine, name))


def invitation(application: int) -> str:
    """Return the address by which a guild lets the bot in."""
    return discord.utils.oauth_url(application, permissions=NEEDED, scopes=("bot", "applications.commands"))
