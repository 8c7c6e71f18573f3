"""Invisible characters that change how the text around them is read."""

import re
from typing import Final

_HIDDEN: Final = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_BLANK: Final = re.compile(
    r"[\s\u034f\u115f\u1160\u17b4\u17b5\u200c\u200d\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]*"
)
"""What looks empty too: fillers, selectors of variants, tags and joiners that join nothing."""
_JOINED: Final = "[^\x00-\x7f\u200c\u200d]"
_STRAY_JOINER: Final = re.compile(rf"(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})")
"""Emoji and some scripts need joiners within a word; next to ASCII or at an end they only hide."""


def storable(text: str) -> str:
    """Leave out what PostgreSQL can't store: NUL, and halves of characters."""
    return text.replace("\0", "").encode(errors="ignore").decode()


def is_blank(text: str) -> bool:
    """Return whether a person sees nothing of a text."""
    return _BLANK.fullmatch(_HIDDEN.sub("", text)) is not None


def without_controls(text: str) -> str:
    """Return text without direction marks, overrides and characters of no width."""
    return _STRAY_JOINER.sub("", _HIDDEN.sub("", text))
