"""Slack's notation: the one place where text is escaped, or read."""

import re
from collections.abc import Mapping
from typing import Final

from reunite.text.controls import without_controls

_MARKUP: Final = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_SPACES: Final = re.compile(r"(?<=\S) {2,}(?=\S)")


def escape(text: str) -> str:
    """Return text that Slack takes literally: it can contain no mention, link or channel."""
    return without_controls(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_text(text: str, names: Mapping[str, str] = {}) -> str:
    """Return a message's text as people read it: mentions and links as words, nothing escaped.

    `names` are those of people and channels by their ids. A mention without any name is dropped: an id says nothing.
    """
    words = _MARKUP.sub(lambda found: _words(found, names), text)
    words = _SPACES.sub(" ", words) if words != text else words
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()  # Slack escapes no others


def mentions(text: str) -> list[str]:
    """Return the ids of people and channels that a message mentions without their names."""
    found = (match.groups() for match in _MARKUP.finditer(text))
    return list(dict.fromkeys(subject for sigil, subject, label in found if sigil in {"@", "#"} and not label))


def _words(found: re.Match[str], names: Mapping[str, str]) -> str:
    sigil, subject, label = found.groups()
    match sigil:
        case "#" | "@":
            name = names.get(subject) or (label if label != subject else "")
            return f"{sigil}{name.removeprefix(sigil)}" if name else ""
        case "!":
            return str(label or ("" if "^" in subject else f"@{subject}"))
        case _:
            return str(label or subject)
