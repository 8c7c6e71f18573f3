"""Slack's notation: the one place where text is escaped, or read."""

import re
from typing import Final

from reunite.text.controls import without_controls

_MARKUP: Final = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


def escape(text: str) -> str:
    """Return text that Slack takes literally: it can contain no mention, link or channel."""
    return without_controls(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_text(text: str) -> str:
    """Return a message's text as people read it: mentions and links as words, nothing escaped."""
    words = _MARKUP.sub(_words, text)
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()  # Slack escapes no others


def _words(found: re.Match[str]) -> str:
    sigil, subject, label = found.groups()
    match sigil:
        case "#":
            return f"#{label or subject}"
        case "@":
            return f"@{label or subject}"
        case "!":
            return str(label or f"@{subject.partition('^')[0]}")
        case _:
            return str(label or subject)
