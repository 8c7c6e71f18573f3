"""Discord's notation: the one place where text is escaped."""

import re
from typing import Final

import discord

from reunite.text.controls import without_controls

_FORMATTING: Final = re.compile(r"([\\*_~`|>#\[\]()<:-])")
_NUMBERED: Final = re.compile(r"^([^\S\n]*+\d++)\.", re.MULTILINE)


def escape(text: str) -> str:
    """Return text that can neither format nor mention, nor become a link, nor change the direction of what follows."""
    escaped = _NUMBERED.sub(r"\1\\.", _FORMATTING.sub(r"\\\1", without_controls(text)))
    return discord.utils.escape_mentions(escaped)
