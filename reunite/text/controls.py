"""Invisible characters that change how the text around them is read."""

import re
from typing import Final

_HIDDEN: Final = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_JOINED: Final = "[^\x00-\x7f\u200c\u200d]"
_STRAY_JOINER: Final = re.compile(rf"(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})")
"""Emoji and some scripts need joiners within a word; next to ASCII or at an end they only hide."""


def storable(text: str) -> str:
    """Leave out what PostgreSQL can't store: NUL, and halves of characters."""
    return text.replace("\0", "").encode(errors="ignore").decode()


def without_controls(text: str) -> str:
    """Return text without direction marks, overrides and characters of no width."""
    return _STRAY_JOINER.sub("", _HIDDEN.sub("", text))
