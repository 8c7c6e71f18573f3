"""Replies as JSON, for chats that render them. Pure.

Nothing is escaped: each span says what it is, and its text is only ever text.
"""

from base64 import b64encode
from dataclasses import asdict
from typing import Any

from reunite.entities import PlatformName
from reunite.language import CommandNames, sentence
from reunite.messages.forms import form_of
from reunite.messages.reply import (
    Button,
    ChannelLink,
    Command,
    Jump,
    Line,
    Moment,
    Person,
    Plain,
    Reply,
    Span,
    Strong,
    words_of,
)
from reunite.text.controls import without_controls

Json = dict[str, Any]


def reply_json(reply: Reply, language: str, platform: PlatformName, picture: bytes | None = None) -> Json:
    """Return the words, as lines of spans and as one text, the picture, the answers to choose from, and the buttons."""
    lines = [[span_json(span, platform) for span in line] for line in lines_of(reply, platform)]
    return {
        "kind": reply.kind,
        "text": "\n".join("".join(span["text"] for span in line) for line in lines),
        "lines": lines,
        "picture": b64encode(picture).decode() if picture else None,
        "question": str(reply.asked) if reply.asked else None,
        "choices": [{"id": choice.id, "words": without_controls(choice.words)} for choice in reply.choices],
        "buttons": [button_json(button, language) for button in reply.buttons],
    }


def ways(language: str) -> CommandNames:
    """Name commands by what does the same, for a chat that may have no commands."""
    return CommandNames(lambda name: sentence(f"way_{name}", language))


def lines_of(reply: Reply, platform: PlatformName) -> tuple[Line, ...]:
    """Return the words, without jumps to other platforms' posts."""
    return reply.with_live_jumps(lambda target: target.platform == platform and target.message is not None).lines


def button_json(button: Button, language: str) -> Json:
    """Return a button with the form that it opens."""
    form = form_of(button.action, language)
    return {**asdict(button), "subject": str(button.subject), "form": asdict(form) if form else None}


def span_json(span: Span, platform: PlatformName) -> Json:
    """Return one span. A person or a post of another platform is only its text."""
    match span:
        case Person(of, member, notify) if of == platform:
            shown = {"is": "person", "text": without_controls(member.name), "member": member.id, "notify": notify}
        case Person(_, member):
            shown = {"is": "plain", "text": without_controls(member.name)}
        case Jump(_, text, target) if target and target.platform == platform and target.message:
            shown = {"is": "jump", "text": text, "channel": target.channel, "message": target.message}
        case Jump(_, text):
            shown = {"is": "plain", "text": text}
        case Command(name, language):
            shown = {"is": "plain", "text": f"{ways(language):{name}}"}
        case ChannelLink(_, text):
            shown = {"is": "plain", "text": without_controls(text)}
        case Moment(at, text, style):
            shown = {"is": "moment", "text": text, "at": at.isoformat(), "style": style}
        case Plain(text):
            shown = {"is": "plain", "text": without_controls(text)}
        case Strong(text, label) if label:
            shown = {"is": "label", "text": text, "level": label.value}
        case _:
            shown = {"is": type(span).__name__.lower(), "text": without_controls(words_of(span))}
    return shown
