"""Discord's notation: the one place where text is escaped."""

import re
from typing import Final

import discord

from reunite.text.controls import without_controls

_FORMATTING: Final = re.compile(r"([\\*_~`|>#\[\]()<-]|:(?=\S))")
"""A colon before a space begins no link and no emoji."""
_NUMBERED: Final = re.compile(r"^([^\S\n]*+\d++)\.", re.MULTILINE)
_SPOILER: Final = "||"
_LEFT_OUT: Final = "…"


def without_spoilers(text: str) -> str:
    """Return text without the words hidden in spoilers: wherever it's shown again, nothing hides them."""
    parts = text.split(_SPOILER)
    if len(parts) % 2 == 0:  # the last mark has no partner
        parts[-2:] = [_SPOILER.join(parts[-2:])]
    shown = _LEFT_OUT.join(parts[::2]) if len(parts) > 1 else text
    return shown if shown.strip(f" \n{_LEFT_OUT}") else ""


def escape(text: str) -> str:
    """Return text that can neither format nor mention, nor become a link, nor change the direction of what follows."""
    escaped = _NUMBERED.sub(r"\1\\.", _FORMATTING.sub(r"\\\1", without_controls(text)))
    return discord.utils.escape_mentions(escaped)
