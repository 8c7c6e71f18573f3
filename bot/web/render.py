"""Messages as JSON for one viewer. Pure. Nothing is escaped: the page puts words into text nodes only."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Final

from bot import json_replies
from bot.json_replies import button_json
from db.embedding_models import EmbeddingModel
from db.web import Posted, VerdictMarks, WebMessage
from reunite.entities import Photo, PhotoState, Report, ReportState, VerdictKind
from reunite.language import sentence
from reunite.messages import wording
from reunite.messages.offers import TELLS_KIND
from reunite.messages.reply import Action, Button, Person, Reply, Small, Span, Tile
from reunite.text.controls import without_controls

Json = dict[str, Any]

MODERATORS: Final = "moderators"
"""The channel where moderators see matches."""
_FIRST_REPLIES: Final = {"first_reply", "match", "nothing", "problem"}
"""The kinds of reply after which a report is no longer waiting."""
_DECISIONS: Final = {"claim", "returned", "rejected", "reopened"}
"""The kinds of reply that name who has decided something."""
_OF_OWNER: Final[Collection[Action]] = {"mine", "not_mine", "got_back", "where_is_it"}
_OF_AUTHOR: Final[Collection[Action]] = {
    "proof_question",
    "whereabouts",
    "reminders_off",
    "withdraw",
    "extend",
    "add_photo",
    "add_detail",
    "none_of_these",
    "none_fits",
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking at the page: a member's id, empty for nobody in particular."""

    member: str = ""
    is_moderator: bool = False
    language: str = "en"

    def owns(self, report: Report) -> bool:
        return bool(self.member) and report.author.id == self.member

    def may_read(self, report: Report) -> bool:
        """Return whether the viewer may see everything in a report."""
        return self.is_moderator or self.owns(report) or not (report.sealed or report.private)


def page(messages: Collection[WebMessage], viewer: Viewer) -> dict[int, Json]:
    """Return the messages that a viewer sees, by id."""
    visible = _Page(messages, viewer)
    return {message.id: visible.message(message) for message in messages if visible.has(message)}


def is_pending(messages: Collection[WebMessage]) -> bool:
    """Return whether a report is waiting for its first reply, or the bot's post for its report."""
    everything = _Page(messages, Viewer())
    return any(everything.is_waiting(message) or _lacks_report(message) for message in messages)


def _lacks_report(message: WebMessage) -> bool:
    return message.posted is None and message.reply is not None and message.reply.opens_thread


def encoder(model: EmbeddingModel | None) -> Json | None:
    """Return the page header's part: the model in use."""
    return {"name": model.encoder, "version": model.version} if model else None


def reply_json(reply: Reply, language: str = "en") -> Json:
    """Return the bot's words as lines of spans, each with `is` and `text`, and the buttons below.

    The small print is about reactions, for which the page has buttons.
    """
    lines = [line for line in json_replies.lines_of(reply, "web") if not any(isinstance(span, Small) for span in line)]
    return {
        "kind": reply.kind,
        "lines": [[span_json(span) for span in line] for line in lines],
        "picture": f"/photos/{reply.picture.photo}" if reply.picture else None,
        "gallery": [tile_json(tile) for tile in reply.gallery],
        "buttons": [button_json(button, language) for button in reply.buttons],
    }


def tile_json(tile: Tile) -> Json:
    return {
        "number": tile.number,
        "match": str(tile.match),
        "level": tile.label.value if tile.label else None,
        "photo": f"/photos/{tile.photo}" if tile.photo else None,
    }


def span_json(span: Span) -> Json:
    """Return one span; the page's messages have numbers."""
    shown = json_replies.span_json(span, "web")
    return {**shown, "message": int(shown["message"])} if shown["is"] == "jump" else shown


class _Page:
    """The page's messages as one viewer sees them."""

    def __init__(self, messages: Collection[WebMessage], viewer: Viewer) -> None:
        self._viewer = viewer
        self._reports = {message.id: message.posted.report for message in messages if message.posted}
        self._own = {report.id for report in self._reports.values() if viewer.owns(report)}
        self._answers = {report.id: _answer(report) for report in self._reports.values()}
        self._replied = {message.root for message in messages if message.reply and message.reply.kind in _FIRST_REPLIES}

    def has(self, message: WebMessage) -> bool:
        """Return whether the viewer sees a message at all; a member's post needs a committed report."""
        report = self._reports.get(message.root or message.id)
        is_opening = message.reply is not None and message.reply.opens_thread
        if report is None:
            is_apart = message.root is None and message.reply is not None  # moderators' matches, or the digest
            return is_opening or (is_apart and (self._viewer.is_moderator or message.channel != MODERATORS))
        if report.private and not self._viewer.may_read(report):
            return False
        if message.reply and message.reply.kind == "handover" and not self._is_between(message.reply):
            return False
        return is_opening or report.state is not ReportState.WITHDRAWN or not report.purged  # none of it was readable

    def _is_between(self, reply: Reply) -> bool:
        """Return whether the viewer is one of the people in a conversation, or a moderator."""
        people = {span.member.id for line in reply.lines for span in line if isinstance(span, Person)}
        return self._viewer.is_moderator or self._viewer.member in people

    def is_waiting(self, message: WebMessage) -> bool:
        """Return whether a post is waiting for its first reply. One in doubt has a question instead."""
        report = message.posted.report if message.posted else None
        is_open = report and report.state in {ReportState.PENDING, ReportState.OPEN} and not report.kind_in_doubt
        return bool(is_open) and message.id not in self._replied

    def message(self, message: WebMessage) -> Json:
        reply, posted = message.reply, message.posted
        return {
            "id": message.id,
            "channel": message.channel,
            "root": message.root,
            "author": without_controls(message.author.name) if message.author else None,
            "text": self._words(message),
            "at": message.created_at.isoformat(),
            "reply": self._reply(reply, message) if reply else None,
            "report": self._report(posted, is_waiting=self.is_waiting(message)) if posted else None,
            "byViewer": self._is_by_viewer(message),
            "about": str(reply.match) if reply and reply.match else None,
            "match": self._verdicts(message),
            "question": self._question(reply) if reply and reply.asked else None,
        }

    def _is_by_viewer(self, message: WebMessage) -> bool:
        """Return whether the viewer has caused a message: what one does about a match is news to the others."""
        reply, marks = message.reply, message.verdict_marks
        if reply is None or reply.kind not in _DECISIONS or self._is_in_own_thread(message):
            return False
        people = [span for line in reply.lines for span in line if isinstance(span, Person)]
        if any(person.member.id == self._viewer.member and not person.report for person in people):
            return True
        parties = {marks.match.lost, marks.match.found} if marks and reply.kind == "claim" else set()
        return not parties.isdisjoint(self._own)

    def _is_in_own_thread(self, message: WebMessage) -> bool:
        thread = self._reports.get(message.root or 0)
        return thread is not None and thread.id in self._own

    def _words(self, message: WebMessage) -> str:
        """Return a post's words; a sealed report's only for viewers who may read it."""
        if message.posted and message.posted.report.sealed and self._viewer.may_read(message.posted.report):
            return without_controls(message.posted.report.text)
        return without_controls(message.text)

    def _reply(self, reply: Reply, message: WebMessage) -> Json:
        """Return a reply with the buttons that the viewer may press, and that still do something."""
        if (thread := self._reports.get(message.root or 0)) is not None:
            reply = reply.in_report_state(thread.state)
        is_answered = reply.asked is not None and self._answers.get(reply.asked) is not None
        offered = () if is_answered else reply.buttons
        if reply.kind == "returned":  # they undo what the thread's author said
            buttons = list(offered) if self._is_in_own_thread(message) else []
        else:
            buttons = [button for button in offered if self._is_pressable(button, message)]
        return reply_json(replace(reply, buttons=tuple(buttons)), self._viewer.language)

    def _is_pressable(self, button: Button, message: WebMessage) -> bool:
        if button.action == "pick":
            return message.reply is not None and not message.reply.about.isdisjoint(self._own)
        match = message.verdict_marks.match if message.verdict_marks else None
        if button.action in _OF_OWNER:
            return match is not None and match.lost in self._own
        if button.action in _OF_AUTHOR:
            return button.subject in self._own
        if button.action == "handed_over":
            return match is not None and match.found in self._own
        if button.action == "see_claim":
            return self._viewer.is_moderator or (match is not None and match.found in self._own)
        return self._viewer.is_moderator or (button.action in TELLS_KIND.values() and button.subject in self._own)

    def _verdicts(self, message: WebMessage) -> Json | None:
        """Return a card's verdicts, which only moderators see and give."""
        is_card = message.reply is not None and message.reply.kind == "match"
        return _match(message.verdict_marks) if is_card and self._viewer.is_moderator else None

    def _report(self, posted: Posted, *, is_waiting: bool) -> Json:
        report = posted.report
        may_read = self._viewer.may_read(report)
        return {
            "kind": report.kind,
            "state": "unreadable" if report.state is ReportState.WITHDRAWN and not report.purged else report.state,
            "looking": is_waiting,
            "own": self._viewer.owns(report),
            "sealed": report.sealed,
            "private": report.private,
            "place": without_controls(report.place),
            "happenedAt": report.happened_at.isoformat() if report.happened_at else None,
            "photos": [_photo(photo) for photo in posted.photos] if may_read else [],
        }

    def _question(self, reply: Reply) -> Json:
        """Return the choices, and the one that was chosen."""
        answer = self._answers.get(reply.asked) if reply.asked else None
        return {
            "choices": [{"id": choice.id, "words": without_controls(choice.words)} for choice in reply.choices],
            "said": answer,
        }


def _answer(report: Report) -> str | None:
    """Return the words of the answer to a report's question; None before it."""
    question, answer = report.question, report.question_answer
    if question is None or not answer:
        return None if answer is None else sentence("not_sure", report.language)
    return wording.option(question, answer, report.language)


def _photo(photo: Photo) -> Json:
    return {
        "name": without_controls(photo.name),
        "state": photo.state,
        "url": f"/photos/{photo.id}" if photo.state is PhotoState.STORED else None,
    }


def _match(verdict_marks: VerdictMarks | None) -> Json | None:
    if verdict_marks is None:
        return None
    names: Json = {
        kind: [without_controls(member.name) for member in verdict_marks.given[kind]] for kind in VerdictKind
    }
    return {"state": verdict_marks.match.state, **names}
