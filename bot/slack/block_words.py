"""Reads the words of a message's blocks, such as a workflow posts them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bot.slack.markup import escape

_Part = Mapping[str, Any]
_OF_ONE_LINE: Final = frozenset({"rich_text_section", "rich_text_quote", "rich_text_preformatted"})
_TEXTS: Final = frozenset({"mrkdwn", "plain_text", "raw_text"})
_NOT_SAID: Final = frozenset({"actions", "context_actions", "input", "image", "video"})
"""Blocks that are for pressing, filling in or looking at."""
_PARTS: Final = ("title", "subtitle", "body", "text", "fields", "elements", "blocks", "rows")
"""Where blocks have words or other blocks: https://docs.slack.dev/reference/block-kit/blocks (read 2026-12-01)."""
_MENTIONS: Final[Mapping[Any, tuple[str, str]]] = {
    "user": ("<@{}>", "user_id"),
    "channel": ("<#{}>", "channel_id"),
    "usergroup": ("<!subteam^{}>", "usergroup_id"),
    "broadcast": ("<!{}>", "range"),
    "emoji": (":{}:", "name"),
}
_INLINE_WORDS: Final[Mapping[Any, Sequence[str]]] = {
    "text": ["text"],
    "link": ["text", "url"],
    "date": ["fallback"],
    "color": ["value"],
}


def words_in_blocks(blocks: Sequence[_Part]) -> str:
    """Return the words of blocks in Slack's notation: a line for each paragraph, list item, field, cell and so on."""
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
        for name in _PARTS:
            yield from _nested(part.get(name))


def _nested(parts: object) -> Iterator[str]:
    """Yield the lines of a part, or of a list of parts or of such lists."""
    if isinstance(parts, Mapping):
        yield from _lines(parts)
    elif isinstance(parts, list):
        for part in parts:
            yield from _nested(part)


def _text(text: _Part) -> str:
    words = str(text.get("text") or "")
    return words if text.get("type") == "mrkdwn" else escape(words)


def _inline(element: _Part) -> str:
    """Return an element of a paragraph."""
    kind = element.get("type")
    if kind in _MENTIONS:
        notation, name = _MENTIONS[kind]
        return notation.format(element.get(name))
    words = (element.get(name) for name in _INLINE_WORDS.get(kind, ()))
    return escape(str(next(filter(None, words), "")))
