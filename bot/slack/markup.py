"""Slack's own notation of messages."""

import re
from typing import Final

_MARKUP: Final = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


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
