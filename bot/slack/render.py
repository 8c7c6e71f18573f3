"""Replies in Slack's form: rich text blocks, in which a member's words are literal and can neither format nor ping."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from reunite import language
from reunite.entities import ReplyTarget
from reunite.language import sentence
from reunite.messages.reply import Button, Choice, Jump, Line, Person, Plain, Quoted, Reply, Span, Strong

MOST_TEXT: Final = 3000
"""The longest text of one element and of the notification, in characters: Block Kit's limit for a text object."""

Element = dict[str, Any]
ANSWER: Final = "answer:"
"""What the action of a question's button begins with; its value says which report is answered, and how."""
PRESS: Final = "press:"
"""What the action of any other button of a reply begins with; then come what it does and what it is about."""
_MOST_BUTTON: Final = 75
_STYLES: Final = {"good": {"style": "primary"}, "bad": {"style": "danger"}, "plain": {}}

LinkTo = Callable[[ReplyTarget], str | None]


def blocks(reply: Reply, link_to: LinkTo, file: str | None = None) -> list[Element]:
    """Return the reply as blocks; `file` is the id of an uploaded picture to show below."""
    elements: list[Element] = []
    for quote, lines in groupby(reply.lines, key=_is_quote):
        kind = "rich_text_quote" if quote else "rich_text_section"
        elements.append({"type": kind, "elements": _joined(list(lines), link_to)})
    shown: list[Element] = [{"type": "rich_text", "elements": elements}] if elements else []
    if file:
        shown.append({"type": "image", "slack_file": {"id": file}, "alt_text": sentence("picture_of_match")})
    if reply.asked and reply.choices:  # Slack refuses an empty row of buttons
        shown.append({"type": "actions", "elements": [_choice(reply.asked, choice) for choice in reply.choices]})
    if reply.buttons:
        shown.append({"type": "actions", "elements": [_button(button) for button in reply.buttons]})
    return shown


def answered(shown: Sequence[Element], said: str) -> list[Element]:
    """Return a question's blocks with the answer in the place of the buttons."""
    line = {"type": "text", "text": said, "style": {"bold": True}}
    section = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [line]}]}
    return [*(block for block in shown if block["type"] != "actions"), section]


def answer_of(value: str) -> tuple[UUID, str]:
    """Read the value of a question's button: the report, and the choice."""
    report, _, choice = value.partition(":")
    return UUID(report), choice


def notification(reply: Reply) -> str:
    """Return the words for notifications and screens that show no blocks, without any form or ping."""
    return escaped(shortened(reply.text()))


def escaped(text: str) -> str:
    """Return text that Slack takes literally: no mention, link or channel can be in it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shortened(text: str, most: int = MOST_TEXT) -> str:
    """Return text that is at most so long, cut off where it must be."""
    return language.shortened(text, most)


def metadata(key: str) -> Mapping[str, Any]:
    """Return what marks a message as the reply with this idempotency key."""
    return {"event_type": "reunite_reply", "event_payload": {"key": key}}


def button(action: str, words: str, style: str = "plain") -> Element:
    """Return a button that is told of by `action`."""
    text = {"type": "plain_text", "text": shortened(words, _MOST_BUTTON), "emoji": True}
    return {"type": "button", "action_id": action, "text": text, **_STYLES[style]}


def _button(pressed: Button) -> Element:
    return button(f"{PRESS}{pressed.action}:{pressed.subject}", pressed.words, pressed.style)


def _choice(report: UUID, choice: Choice) -> Element:
    text = {"type": "plain_text", "text": shortened(choice.words, _MOST_BUTTON), "emoji": False}
    return {"type": "button", "action_id": f"{ANSWER}{choice.id}", "text": text, "value": f"{report}:{choice.id}"}


def _is_quote(line: Line) -> bool:
    return len(line) == 1 and isinstance(line[0], Quoted)


def _joined(lines: Sequence[Line], link_to: LinkTo) -> list[Element]:
    joined: list[Element] = []
    for number, line in enumerate(lines):
        if number:
            joined.append({"type": "text", "text": "\n"})
        elements = [_element(span, link_to) for span in line]
        joined += [each for each in elements if each.get("text", "mention")]  # Slack refuses empty text
    return joined


def _element(span: Span, link_to: LinkTo) -> Element:
    match span:
        case Strong(text):
            return {"type": "text", "text": shortened(text), "style": {"bold": True}}
        case Plain(text) | Quoted(text):
            return {"type": "text", "text": shortened(text)}
        case Person("slack", member, notify=True):
            return {"type": "user", "user_id": member.id}
        case Person(_, member):  # Slack knows no mention that does not ping
            return {"type": "text", "text": shortened(member.name)}
        case Jump(_, text, target):
            url = link_to(target) if target else None
            return {"type": "link", "url": url, "text": text} if url else {"type": "text", "text": text}
