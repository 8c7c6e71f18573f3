"""Messages → JSON for one viewer. Members' words go out as they are: the page puts them into text nodes only."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, Final

from db.models import EmbeddingModel
from db.web import Posted, VerdictMarks, WebMessage
from reunite.entities import Label, Photo, PhotoState, Report, ReportState, VerdictKind
from reunite.language import LANGUAGES
from reunite.messages import wording
from reunite.messages.forms import Form, form_of
from reunite.messages.reply import Action, Button, Jump, Person, Reply, Span, Strong

Json = dict[str, Any]

_LEVELS: Final = {wording.label_word(label, each): label.name.lower() for label in Label for each in LANGUAGES}
_ANSWERS: Final = {"first_reply", "match", "nothing", "problem"}
"""Kinds of reply that end the search for a first answer."""
_OF_OWNER: Final[Collection[Action]] = {"mine", "not_mine"}
_OF_AUTHOR: Final[Collection[Action]] = {"secret", "withdraw", "extend", "add_photo", "add_detail"}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at the page: a member's id, empty for nobody in particular."""

    member: str = ""
    is_moderator: bool = False

    def owns(self, report: Report) -> bool:
        """Tell whether a report is the viewer's."""
        return report.author.id == self.member

    def may_read(self, report: Report) -> bool:
        """Tell whether the viewer may see all of a report."""
        return self.is_moderator or self.owns(report) or not (report.sealed or report.private)


def board(messages: Collection[WebMessage], viewer: Viewer) -> dict[int, Json]:
    """Return each message as the page shows it to a viewer, by id."""
    seen = _Seen(messages, viewer)
    return {each.id: seen.message(each) for each in messages if seen.has(each)}


def is_waiting(messages: Collection[WebMessage]) -> bool:
    """Tell whether something is about to be said: an answer that is looked for, or whose post this is."""
    seen = _Seen(messages, Viewer())
    unknown = (each for each in messages if each.posted is None and each.reply and each.reply.opens_thread)
    return any(map(seen.is_looking, messages)) or any(unknown)


def encoder(model: EmbeddingModel | None) -> Json | None:
    """Return what the page's head tells of the model that is searched."""
    return {"name": model.encoder, "version": model.version} if model else None


def reply_json(reply: Reply) -> Json:
    """Return the bot's words: lines of spans, each with `is` and `text`; and the buttons below."""
    return {
        "kind": reply.kind,
        "lines": [[span_json(span) for span in line] for line in reply.lines],
        "picture": f"/photos/{reply.picture.photo}" if reply.picture else None,
        "buttons": [button_json(button) for button in reply.buttons],
    }


def button_json(button: Button) -> Json:
    """Return a button, with the form that is to be filled in before it is pressed."""
    form = form_of(button.action)
    return {**asdict(button), "subject": str(button.subject), "form": form_json(form) if form else None}


def form_json(form: Form) -> Json:
    """Return a form's title and fields."""
    return asdict(form)


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


class _Seen:
    """The page's messages as one viewer sees them."""

    def __init__(self, messages: Collection[WebMessage], viewer: Viewer) -> None:
        self._viewer = viewer
        self._reports = {each.id: each.posted.report for each in messages if each.posted}
        self._own = {report.id for report in self._reports.values() if viewer.owns(report)}
        self._said = {report.id: report.question_answer for report in self._reports.values()}
        self._answered = {each.root for each in messages if each.reply and each.reply.kind in _ANSWERS}

    def has(self, message: WebMessage) -> bool:
        """Tell whether the viewer sees a message at all: a member's post does once its report is committed."""
        report = self._reports.get(message.root or message.id)
        is_opening = message.reply is not None and message.reply.opens_thread
        if report is None:
            return is_opening or (self._viewer.is_moderator and message.root is None and message.reply is not None)
        if report.private and not self._viewer.may_read(report):
            return False
        return is_opening or report.state is not ReportState.WITHDRAWN

    def is_looking(self, message: WebMessage) -> bool:
        """Tell whether a post waits for its first answer."""
        is_open = message.posted and message.posted.report.state in {ReportState.PENDING, ReportState.OPEN}
        return bool(is_open) and message.id not in self._answered

    def message(self, message: WebMessage) -> Json:
        """Return a message."""
        reply, posted = message.reply, message.posted
        return {
            "id": message.id,
            "channel": message.channel,
            "root": message.root,
            "author": message.author.name if message.author else None,
            "text": self._words(message),
            "at": message.created_at.isoformat(),
            "reply": self._reply(reply, message.verdict_marks) if reply else None,
            "report": self._report(posted, is_looking=self.is_looking(message)) if posted else None,
            "match": _match(message.verdict_marks)
            if reply and reply.kind == "match" and message.verdict_marks
            else None,
            "question": self._question(reply) if reply and reply.asked else None,
        }

    def _words(self, message: WebMessage) -> str:
        """Return a post's words: those of a sealed find are told to whoever may read them."""
        if message.posted and message.posted.report.sealed and self._viewer.may_read(message.posted.report):
            return message.posted.report.text
        return message.text

    def _reply(self, reply: Reply, verdict_marks: VerdictMarks | None) -> Json:
        """Return what the bot says, with the buttons that are the viewer's to press."""
        own = [each for each in reply.buttons if self._is_pressable(each, verdict_marks)]
        return {**reply_json(reply), "buttons": [button_json(each) for each in own]}

    def _is_pressable(self, button: Button, verdict_marks: VerdictMarks | None) -> bool:
        match = verdict_marks.match if verdict_marks else None
        if button.action in _OF_OWNER:
            return match is not None and match.lost in self._own
        if button.action in _OF_AUTHOR:
            return button.subject in self._own
        if button.action == "see_claim":
            return self._viewer.is_moderator or (match is not None and match.found in self._own)
        return self._viewer.is_moderator

    def _report(self, posted: Posted, *, is_looking: bool) -> Json:
        report = posted.report
        may_read = self._viewer.may_read(report)
        return {
            "kind": report.kind,
            "state": report.state,
            "looking": is_looking,
            "own": self._viewer.owns(report),
            "sealed": report.sealed,
            "private": report.private,
            "place": report.place,
            "happenedAt": report.happened_at.isoformat() if report.happened_at else None,
            "photos": [_photo(photo) for photo in posted.photos] if may_read else [],
        }

    def _question(self, reply: Reply) -> Json:
        """Return the answers to choose from, and which was chosen."""
        answer = self._said.get(reply.asked) if reply.asked else None
        return {
            "choices": [{"id": choice.id, "words": choice.words} for choice in reply.choices],
            "said": wording.sentence("not_sure") if answer == "" else answer,
        }


def _photo(photo: Photo) -> Json:
    return {
        "name": photo.name,
        "state": photo.state,
        "url": f"/photos/{photo.id}" if photo.state is PhotoState.STORED else None,
    }


def _match(verdict_marks: VerdictMarks) -> Json:
    return {
        "state": verdict_marks.match.state,
        **{kind: [each.name for each in verdict_marks.given[kind]] for kind in VerdictKind},
    }
