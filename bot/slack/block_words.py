"""Reads the words of a message's blocks, such as a workflow posts them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bot.slack.markup import escape

_Part = Mapping[str, Any]
_OF_ONE_LINE: Final = frozenset({"rich_text_section", "rich_text_quote", "rich_text_preformatted"})
_TEXTS: Final = frozenset({"mrkdwn", "plain_text"})
_NOT_SAID: Final = frozenset({"actions", "input"})
"""Blocks that are for pressing or filling in."""


def words_in_blocks(blocks: Sequence[_Part]) -> str:
    """Return the words of blocks in Slack's notation: a line for each paragraph, list item, field and context text."""
    return "\n".join(line for block in blocks for line in _lines(block) if line.strip())


def _lines(part: _Part) -> Iterator[str]:
    kind = part.get("type")
    if kind in _OF_ONE_LINE:
        yield "".join(map(_inline, part.get("elements") or ()))
    elif kind in _TEXTS:
        yield _text(part)
    elif kind == "markdown":
        yield escape(str(part.get("text") or ""))
    elif kind not in _NOT_SAID:
        for text in (part.get("text"), *(part.get("fields") or ())):
            if isinstance(text, Mapping):
                yield _text(text)
        for element in part.get("elements") or ():
            yield from _lines(element)


def _text(text: _Part) -> str:
    words = str(text.get("text") or "")
    return words if text.get("type") == "mrkdwn" else escape(words)


def _inline(element: _Part) -> str:
    """Return an element of a paragraph."""
    match element.get("type"):
        case "text" | "link":
            return escape(str(element.get("text") or element.get("url") or ""))
        case "user":
            return f"<@{element.get('user_id')}>"
        case "channel":
            return f"<#{element.get('channel_id')}>"
        case "date":
            return escape(str(element.get("fallback") or ""))
        case "emoji":
            return f":{element.get('name')}:"
        case _:
            return ""
