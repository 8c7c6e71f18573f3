"""Neutral replies in Slack's form: rich text blocks, in which a member's words can neither format nor ping. Pure."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from bot.slack.manifest import command_names
from bot.slack.markup import escape
from reunite.entities import ReplyTarget
from reunite.language import sentence, shortened, words_in
from reunite.messages.forms import Confirmation, confirmation_of
from reunite.messages.reply import (
    Action,
    Button,
    ChannelLink,
    Choice,
    Command,
    Jump,
    Line,
    Moment,
    Person,
    Plain,
    Quoted,
    Reply,
    Small,
    Span,
    Strong,
    words_of,
)
from reunite.text.controls import without_controls
from reunite.text.moments import split_at_moments

MAX_TEXT: Final = 3000
"""Block Kit's limit for a text object, in characters; also used for a notification."""

Element = dict[str, Any]
ANSWER: Final = "answer:"
"""The prefix of the action id of a question's button; its value names the report and the choice."""
PRESS: Final = "press:"
"""The prefix of the action id of a reply's other buttons; the action and its subject follow."""
_MAX_CHARACTERS: Final = 13_000
"""Slack refuses a message with somewhat more in its blocks as JSON (`msg_blocks_too_long`), which isn't documented."""
_MAX_BLOCKS: Final = 50
_LINE_CHARACTERS: Final = 100
"""More than a line takes besides its elements."""
_MAX_BUTTON: Final = 75
_MAX_DIALOG_TITLE, _MAX_DIALOG_TEXT, _MAX_DIALOG_BUTTON = 100, 300, 30
_IN_LISTS: Final[frozenset[Action]] = frozenset({"add_photo", "add_detail", "extend", "withdraw", "whereabouts"})
"""Buttons that each of a member's listed reports has."""
_STYLES: Final = {"good": {"style": "primary"}, "bad": {"style": "danger"}, "plain": {}}

_TIMES: Final = {"day": "{date_long}", "moment": "{date_long} {time}", "posted": "{date_pretty} {time}"}
"""Slack's formats of dates, which each reader sees in their own zone and language."""

LinkTo = Callable[[ReplyTarget], str | None]


def blocks(reply: Reply, link_to: LinkTo, file: str | None = None, language: str = "en") -> list[Element]:
    """Return the reply as blocks; `file` is the id of an uploaded picture to show below.

    `language` is that of the picture's description, and of what is asked before a press deletes something.
    """
    reply = _naming_commands(reply).with_live_jumps(lambda target: link_to(target) is not None)
    rendered: list[Element] = []
    if file:
        shows = "gallery" if reply.gallery else "post" if reply.kind == "report_post" else "match"
        alt_text = sentence(f"picture_of_{shows}", language)
        rendered.append({"type": "image", "slack_file": {"id": file}, "alt_text": alt_text})
    if small := [span for line in reply.lines if _is_small(line) for span in line]:
        rendered.append({"type": "context", "elements": [_small(span) for span in small]})
    if reply.asked and reply.choices:  # Slack refuses an empty row of buttons
        rendered.append({"type": "actions", "elements": [_choice(reply.asked, choice) for choice in reply.choices]})
    if reply.buttons:
        rendered.append({"type": "actions", "elements": [_button(button, reply, language) for button in reply.buttons]})
    lines = _fitting([line for line in reply.lines if not _is_small(line)], link_to, _MAX_CHARACTERS - _size(rendered))
    elements: list[Element] = []
    for is_quote, alike in groupby(lines, key=_is_quote):
        kind = "rich_text_quote" if is_quote else "rich_text_section"
        elements.append({"type": kind, "elements": _joined(list(alike), link_to)})
    return [{"type": "rich_text", "elements": elements}, *rendered] if elements else rendered


def messages(
    replies: Sequence[Reply], link_to: LinkTo, file: str | None = None, language: str = "en"
) -> list[tuple[str, list[Element]]]:
    """Return replies in as few messages as Slack takes: the notification and the blocks of each."""
    parts: list[tuple[list[Reply], list[Element]]] = []
    for reply in replies:
        rendered = blocks(reply, link_to, file, language)
        together = [*(parts[-1][1] if parts else []), *rendered]
        if parts and len(together) <= _MAX_BLOCKS and _size(together) <= _MAX_CHARACTERS:
            parts[-1] = ([*parts[-1][0], reply], together)
        else:
            parts.append(([reply], rendered))
    return [(shortened("\n".join(map(notification, said)), MAX_TEXT), shown) for said, shown in parts]


def with_answer(question: Sequence[Element], answer: str) -> list[Element]:
    """Return a question's blocks with the answer in place of the buttons."""
    line = {"type": "text", "text": _shown(answer), "style": {"bold": True}}
    section = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [line]}]}
    return [*(block for block in question if block["type"] != "actions"), section]


def parse_answer_id(value: str) -> tuple[UUID, str]:
    """Read the value of a question's button: the report and the choice."""
    report, _, choice = value.partition(":")
    return UUID(report), choice


def notification(reply: Reply) -> str:
    """Return the words for notifications and clients that show no blocks. Slack refuses an edit with over 4,000."""
    text = _without_links(reply).text()
    words = escape(shortened(text, MAX_TEXT))
    return words if len(words) <= MAX_TEXT else escape(shortened(text, MAX_TEXT // len("&amp;")))


def plain_blocks(reply: Reply, language: str, *, with_buttons: bool) -> list[Element]:
    """Return words, mentions, and the buttons or a line on where else to act, for when Slack refuses the whole."""
    pressed = [block for block in blocks(reply, lambda _: None, None, language) if block["type"] == "actions"]
    room, elements = MAX_TEXT, []
    lines = _without_links(reply).lines
    plain = [tuple(span if isinstance(span, Person) else Plain(words_of(span)) for span in line) for line in lines]
    for element in _joined(plain, lambda _: None):
        if "text" not in element:
            elements.append(element)  # people hear of it however long the words are
        elif room > 0:
            elements.append({**element, "text": shortened(element["text"], room)})
            room -= len(element["text"])
    if pressed and not with_buttons:
        elsewhere = sentence("buttons_refused", language, command=command_names(language))
        elements.append({"type": "text", "text": f"\n{elsewhere}"})
    section = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}
    return [section, *(pressed if with_buttons else [])]


def _without_links(reply: Reply) -> Reply:
    """Return a reply without "jump to the post", for where nothing can be pressed, unless it says nothing else."""
    reply = _naming_commands(reply)
    bare = reply.with_live_jumps(lambda _: False)
    return bare if bare.text() else reply


def _naming_commands(reply: Reply) -> Reply:
    """Return a reply with the commands in it as they're typed here."""
    lines = (tuple(_named(span) if isinstance(span, Command) else span for span in line) for line in reply.lines)
    return replace(reply, lines=tuple(lines))


def _named(command: Command) -> Plain:
    return Plain(f"{command_names(command.language):{command.name}}")


def metadata(key: str) -> Mapping[str, Any]:
    """Return what marks a message as the reply with this key."""
    return {"event_type": "reunite_reply", "event_payload": {"key": key}}


def button(action: str, words: str, style: str = "plain", confirmation: Confirmation | None = None) -> Element:
    """Return a button with an action id, and what is asked before its press counts."""
    text = {"type": "plain_text", "text": _shown(words, _MAX_BUTTON), "emoji": True}
    asked = {"confirm": _dialog(confirmation, words)} if confirmation else {}
    return {"type": "button", "action_id": action, "text": text, **_STYLES[style], **asked}


def _button(reply_button: Button, reply: Reply, language: str) -> Element:
    action = f"{PRESS}{reply_button.action}:{reply_button.subject}"
    confirmation = confirmation_of(reply_button.action, language)
    element = button(action, reply_button.words, reply_button.style, confirmation)
    if heard := _heard(reply_button, reply, language):
        element["accessibility_label"] = _shown(heard, _MAX_BUTTON)
    return element


def _heard(reply_button: Button, reply: Reply, language: str) -> str | None:
    """Return what a screen reader says instead of a button's words, which alone don't tell what they're about."""
    if reply_button.action == "pick":
        return words_in(language).page["item_number"].format(number=reply_button.words)
    if reply.kind == "note" and reply_button.action in _IN_LISTS:
        told = next((line for line in reply.lines if _is_quote(line)), reply.lines[0])
        return f"{reply_button.words}: {' '.join(''.join(map(words_of, told)).split())}"
    return None


def _dialog(confirmation: Confirmation, words: str) -> Element:
    """Return the dialog that Slack shows before it tells of a press."""
    texts = {
        "title": shortened(words, _MAX_DIALOG_TITLE),
        "text": shortened(confirmation.question, _MAX_DIALOG_TEXT),
        "confirm": shortened(words, _MAX_DIALOG_BUTTON),
        "deny": shortened(confirmation.keep, _MAX_DIALOG_BUTTON),
    }
    return {name: {"type": "plain_text", "text": text} for name, text in texts.items()} | {"style": "danger"}


def _choice(report: UUID, choice: Choice) -> Element:
    text = {"type": "plain_text", "text": _shown(choice.words, _MAX_BUTTON), "emoji": False}
    return {"type": "button", "action_id": f"{ANSWER}{choice.id}", "text": text, "value": f"{report}:{choice.id}"}


def _shown(text: str, most: int = MAX_TEXT) -> str:
    return shortened(without_controls(text), most)


def _is_quote(line: Line) -> bool:
    return len(line) == 1 and isinstance(line[0], Quoted)


def _is_small(line: Line) -> bool:
    return len(line) == 1 and isinstance(line[0], Small)


def _small(span: Span) -> Element:
    return {"type": "plain_text", "text": _shown(span.text) if isinstance(span, Small) else "", "emoji": True}


def _fitting(lines: Sequence[Line], link_to: LinkTo, room: int) -> list[Line]:
    """Return the lines, without those at the end for which a message has no room."""
    kept: list[Line] = []
    for line in lines:
        room -= _size(_joined([line], link_to)) + _LINE_CHARACTERS
        if room < 0:
            return [*kept, (Plain("…"),)]
        kept.append(line)
    return kept


def _size(elements: Sequence[Element]) -> int:
    """Return how many characters of JSON elements take."""
    return len(json.dumps(elements, ensure_ascii=False))


def _joined(lines: Sequence[Line], link_to: LinkTo) -> list[Element]:
    joined: list[Element] = []
    for number, line in enumerate(lines):
        if number:
            joined.append({"type": "text", "text": "\n"})
        elements = [_element(part, link_to) for span in line for part in _with_moments(span)]
        joined += [element for element in elements if element.get("text", "mention")]  # Slack refuses empty text
    return joined


def _with_moments(span: Span) -> Iterator[Span]:
    """Yield a span; of a member's words, those moments apart that each reader sees in their own zone."""
    if not isinstance(span, Quoted):
        yield span
        return
    for part in split_at_moments(span.text):
        yield replace(span, text=part) if isinstance(part, str) else Moment(part.at, part.text)


def _element(span: Span, link_to: LinkTo) -> Element:
    match span:
        case Strong(text):
            return {"type": "text", "text": _shown(text), "style": {"bold": True}}
        case Person("slack", member, notify=True):
            return {"type": "user", "user_id": member.id}
        case Plain() | Small() | Quoted() | Command() | Person():  # every mention on Slack pings
            return {"type": "text", "text": _shown(words_of(span))}
        case Moment(at, text, style):
            return {"type": "date", "timestamp": int(at.timestamp()), "format": _TIMES[style], "fallback": text}
        case ChannelLink(channel):
            return {"type": "channel", "channel_id": channel}
        case Jump(_, text, target):
            url = link_to(target) if target else None
            return {"type": "link", "url": url, "text": text} if url else {"type": "text", "text": text}
