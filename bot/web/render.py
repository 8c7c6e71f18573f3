"""Messages → JSON for the page. Members' words go out as they are: the page puts them into text nodes only."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from db.store import LiveModel
from db.web import Judgements, Posted, WebMessage
from reunite import wording
from reunite.model import Label, Photo, PhotoState, ReportState, VerdictKind
from reunite.reply import Jump, Person, Reply, Span, Strong

Json = dict[str, Any]

_LEVELS: Final = {Label.HIGH.value: "high", Label.POSSIBLE.value: "possible"}
_ANSWERS: Final = {"answer", "match", "nothing", "problem"}
"""Kinds of reply that end the search for a first answer."""


def board(messages: list[WebMessage]) -> dict[int, Json]:
    """Return each message as the page shows it, by id."""
    answered = {each.root for each in messages if each.reply and each.reply.kind in _ANSWERS}
    taken_up = (each for each in messages if each.posted or each.reply)  # a post shows once its report is committed
    said = {each.posted.report.id: each.posted.report.said for each in messages if each.posted}
    return {each.id: _message(each, said, answered=each.id in answered) for each in taken_up}


def encoder(model: LiveModel | None) -> Json | None:
    """Return what the page's head tells of the model that is searched."""
    return {"name": model.encoder, "version": model.version} if model else None


def reply_json(reply: Reply) -> Json:
    """Return the bot's words: lines of spans, each with `is` and `text`."""
    return {
        "kind": reply.kind,
        "lines": [[span_json(span) for span in line] for line in reply.lines],
        "picture": f"/photos/{reply.picture}" if reply.picture else None,
    }


def span_json(span: Span) -> Json:
    """Return one span. A link that leads to another platform is only its text."""
    match span:
        case Person(platform, member):
            return {"is": "person" if platform == "web" else "plain", "text": member.name}
        case Jump(_, text, target):
            if target and target.platform == "web" and target.message:
                return {"is": "jump", "text": text, "channel": target.channel, "message": int(target.message)}
            return {"is": "plain", "text": text}
        case Strong(text) if text in _LEVELS:
            return {"is": "label", "text": text, "level": _LEVELS[text]}
        case _:
            return {"is": type(span).__name__.lower(), "text": span.text}


def _message(message: WebMessage, said: Mapping[UUID, str | None], *, answered: bool) -> Json:
    return {
        "id": message.id,
        "channel": message.channel,
        "root": message.root,
        "author": message.author.name if message.author else None,
        "text": message.text,
        "at": message.created_at.isoformat(),
        "reply": reply_json(message.reply) if message.reply else None,
        "report": _report(message.posted, answered=answered) if message.posted else None,
        "match": _match(message.judgements) if message.judgements else None,
        "question": _question(message.reply, said) if message.reply and message.reply.asked else None,
    }


def _question(reply: Reply, said: Mapping[UUID, str | None]) -> Json:
    """Return the answers to choose from, and which was chosen."""
    answer = said.get(reply.asked) if reply.asked else None
    return {
        "choices": [{"id": choice.id, "words": choice.words} for choice in reply.choices],
        "said": wording.sentence("not_sure") if answer == "" else answer,
    }


def _report(posted: Posted, *, answered: bool) -> Json:
    report = posted.report
    return {
        "kind": report.kind,
        "state": report.state,
        "looking": not answered and report.state in {ReportState.PENDING, ReportState.OPEN},
        "place": report.place,
        "happenedAt": report.happened_at.isoformat() if report.happened_at else None,
        "photos": [_photo(photo) for photo in posted.photos],
    }


def _photo(photo: Photo) -> Json:
    return {
        "name": photo.name,
        "state": photo.state,
        "url": f"/photos/{photo.id}" if photo.state is PhotoState.STORED else None,
    }


def _match(judgements: Judgements) -> Json:
    return {
        "state": judgements.match.state,
        **{kind: [each.name for each in judgements.given[kind]] for kind in VerdictKind},
    }
