"""Discord's notation: the one place where text is escaped."""

import re
from collections.abc import Iterable
from typing import Final

import discord

from bot.discord.permissions import Place, roles_that_see
from reunite.text.controls import without_controls
from reunite.text.moments import split_at_moments, with_plain_moments

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


def readable(
    text: str,
    guild: discord.Guild | None,
    seen_in: Iterable[object] = (),
    people: Iterable[discord.User | discord.Member] = (),
) -> str:
    """Return text with names in place of Discord's notation for emoji, commands, people, channels and roles.

    Names that neither `guild` nor `people` know are left out, and so are those of channels that somebody who sees a
    place in `seen_in` can't see: others read the text there.
    """

    def name(mention: re.Match[str]) -> str:
        sign, number, named = mention[1][0], int(mention[2]), _LEFT_OUT
        if guild and mention[1] == "#":
            channel = guild.get_channel_or_thread(number)
            named = channel.name if channel and _is_seen_by_readers(channel, guild, seen_in) else named
        elif guild and mention[1] == "@&":
            role = guild.get_role(number)
            named = role.name.removeprefix("@") if role else named
        elif guild and (member := guild.get_member(number) or discord.utils.get(people, id=number)):
            named = member.display_name
        return sign + named

    return _MENTION.sub(name, _NAMED.sub(lambda named: named[1] or named[2], text)).strip()


def _is_seen_by_readers(channel: Place, guild: discord.Guild, seen_in: Iterable[object]) -> bool:
    """Return whether every role that sees one of the places also sees a channel or a thread; not if none does."""
    places = [place for place in seen_in if isinstance(place, Place)]
    readers = set[discord.Role]().union(*(roles_that_see(place, guild) for place in places))
    is_private = isinstance(channel, discord.Thread) and channel.is_private()
    return bool(readers) and not is_private and readers <= roles_that_see(channel, guild)


def without_emphasis(text: str) -> str:
    """Return text for where Discord shows its notation as it is, such as a thread's name."""
    return _EMPHASIS.sub("", with_plain_moments(text))


def escape(text: str) -> str:
    """Return text that can neither format nor mention, nor become a link, nor change the direction of what follows."""
    parts = split_at_moments(without_controls(text))
    return "".join(_escaped(part) if isinstance(part, str) else part.notation for part in parts)


def _escaped(words: str) -> str:
    return discord.utils.escape_mentions(_NUMBERED.sub(r"\1\\.", _FORMATTING.sub(r"\\\1", words)))
