"""Discord's notation: the one place where text is escaped."""

import re
from typing import Final

import discord

from reunite.text.controls import without_controls

_FORMATTING: Final = re.compile(r"([\\*_~`|>#\[\]()<-]|:(?=\S))")
"""A colon before a space begins no link and no emoji."""
_NUMBERED: Final = re.compile(r"^([^\S\n]*+\d++)\.", re.MULTILINE)
_EMPHASIS: Final = re.compile(r"\*{2,3}|__|~~|`+|^[^\S\n]*(?:#{1,3}|>{1,3}|[-*])[^\S\n]+", re.MULTILINE)
"""What makes words bold, crossed out or code, and what makes a line a heading, a quotation or an item of a list."""
_NAMED: Final = re.compile(r"<(?:a?(:\w{1,40}:)|(/[-\w ]{1,100}):)\d{1,20}>")
"""An emoji of a server's own, or a command."""
_MENTION: Final = re.compile(r"<(@&|@!?|#)(\d{1,20})>")
_SPOILER: Final = "||"
_LEFT_OUT: Final = "…"


def without_spoilers(text: str) -> str:
    """Return text without the words hidden in spoilers: wherever it's shown again, nothing hides them."""
    parts = text.split(_SPOILER)
    if len(parts) % 2 == 0:  # the last mark has no partner
        parts[-2:] = [_SPOILER.join(parts[-2:])]
    shown = _LEFT_OUT.join(parts[::2]) if len(parts) > 1 else text
    return shown if shown.strip(f" \n{_LEFT_OUT}") else ""


def readable(text: str, guild: discord.Guild | None, writer: discord.User | discord.Member | None = None) -> str:
    """Return text with names in place of Discord's notation for emoji, commands, people, channels and roles.

    Names that `guild` doesn't know, and those of channels that the writer can't see, are left out.
    """

    def name(mention: re.Match[str]) -> str:
        sign, number, named = mention[1][0], int(mention[2]), _LEFT_OUT
        if guild and mention[1] == "#":
            channel = guild.get_channel_or_thread(number)
            named = channel.name if channel and _may_see(writer, channel) else named
        elif guild and mention[1] == "@&":
            role = guild.get_role(number)
            named = role.name.removeprefix("@") if role else named
        elif guild and (member := guild.get_member(number)):
            named = member.display_name
        return sign + named

    return _MENTION.sub(name, _NAMED.sub(lambda named: named[1] or named[2], text)).strip()


def _may_see(writer: object, place: discord.abc.GuildChannel | discord.Thread) -> bool:
    """Return whether someone is known to see a channel or a thread."""
    if isinstance(place, discord.Thread) and (place.is_private() or place.parent is None):
        return False
    return isinstance(writer, discord.Member) and place.permissions_for(writer).view_channel


def without_emphasis(text: str) -> str:
    """Return text for where Discord shows its notation as it is, such as a thread's name."""
    return _EMPHASIS.sub("", text)


def escape(text: str) -> str:
    """Return text that can neither format nor mention, nor become a link, nor change the direction of what follows."""
    escaped = _NUMBERED.sub(r"\1\\.", _FORMATTING.sub(r"\\\1", without_controls(text)))
    return discord.utils.escape_mentions(escaped)
