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


def readable(text: str, guild: discord.Guild | None) -> str:
    """Return text with names in place of Discord's notation for emoji, commands, channels and roles.

    Mentions of people, and whatever `guild` doesn't have, are left out: their names aren't known.
    """

    def name(mention: re.Match[str]) -> str:
        number = int(mention[2])
        if mention[1] == "#":
            channel = guild.get_channel_or_thread(number) if guild else None
            return f"#{channel.name}" if channel else ""
        role = guild.get_role(number) if guild and mention[1] == "@&" else None
        return f"@{role.name}" if role else ""

    return _MENTION.sub(name, _NAMED.sub(lambda named: named[1] or named[2], text)).strip()


def without_emphasis(text: str) -> str:
    """Return text for where Discord shows its notation as it is, such as a thread's name."""
    return _EMPHASIS.sub("", text)


def escape(text: str) -> str:
    """Return text that can neither format nor mention, nor become a link, nor change the direction of what follows."""
    escaped = _NUMBERED.sub(r"\1\\.", _FORMATTING.sub(r"\\\1", without_controls(text)))
    return discord.utils.escape_mentions(escaped)
