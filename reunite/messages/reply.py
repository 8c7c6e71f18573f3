"""Replies before a platform gives them its form: lines of spans, a picture, and what can be done with them.

Only `Quoted` carries a member's words; adapters escape it so that it can neither format nor ping.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal
from uuid import UUID

from reunite.entities import Label, Member, ReplyTarget


@dataclass(frozen=True, slots=True)
class Plain:
    """Our own words."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Our own words, set off; `label` is set where they name a match's label."""

    text: str
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Quoted:
    """A member's words."""

    text: str


@dataclass(frozen=True, slots=True)
class Person:
    """A member. On their own platform this is a mention, and pings them if `notify`; elsewhere it is their name."""

    platform: str
    member: Member
    notify: bool = False


@dataclass(frozen=True, slots=True)
class Jump:
    """A link to a report's post. Delivery fills in `target`; where it stays None, only the text is shown."""

    report: UUID
    text: str
    target: ReplyTarget | None = None


Span = Plain | Strong | Quoted | Person | Jump
Line = tuple[Span, ...]
ReplyKind = Literal[
    "looking",
    "answer",
    "match",
    "nothing",
    "problem",
    "returned",
    "reopened",
    "refused",
    "question",
    "thanks",
    "expired",
    "withdrawn",
    "claim",
    "log",
    "note",
]
Action = Literal[
    "mine",
    "not_mine",
    "confirm",
    "refuse",
    "release",
    "see_claim",
    "accept_claim",
    "reject_claim",
    "secret",
    "withdraw",
    "extend",
    "add_photo",
    "add_detail",
    "forget",
]
"""What a button does. `mine`, `not_mine`, `confirm`, `refuse` and `release` are about a match, those with `claim` about
a claim, `forget` about a workspace, all others about a report."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to choose by a button: what is sent back, and the words on it (a member's, perhaps)."""

    id: str
    words: str


@dataclass(frozen=True, slots=True)
class Button:
    """Something that can be done at once, by whoever may: what it is about, and the words on it."""

    action: Action
    subject: UUID
    words: str
    style: Literal["plain", "good", "bad"] = "plain"


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of the bot. `match` makes it judgeable; `picture` is a photo's id; both may be absent.

    A reply of kind `looking` is the post of a report that came by command: it opens the thread. One of kind `question`
    asks the author of the report `asked`, who answers by one of `choices`.
    """

    kind: ReplyKind
    lines: tuple[Line, ...]
    match: UUID | None = None
    picture: UUID | None = None
    asked: UUID | None = None
    choices: tuple[Choice, ...] = ()
    buttons: tuple[Button, ...] = ()

    def with_targets(self, targets: Mapping[UUID, ReplyTarget]) -> "Reply":
        """Return the reply with its jumps resolved, as far as `targets` (by report) knows them."""
        lines = tuple(
            tuple(replace(span, target=targets.get(span.report)) if isinstance(span, Jump) else span for span in line)
            for line in self.lines
        )
        return replace(self, lines=lines)

    def jumps(self) -> set[UUID]:
        """Return the reports that the reply links to."""
        return {span.report for line in self.lines for span in line if isinstance(span, Jump)}

    def text(self) -> str:
        """Return the words without any form, for terminals, logs of tests and notifications."""
        return "\n".join("".join(_words(span) for span in line) for line in self.lines)


def _words(span: Span) -> str:
    return span.member.name if isinstance(span, Person) else span.text


_SPANS: Final = {"plain": Plain, "strong": Strong, "quoted": Quoted, "person": Person, "jump": Jump}
_NAMES: Final[dict[type, str]] = {span: name for name, span in _SPANS.items()}


def to_json(reply: Reply) -> dict[str, Any]:
    """Return the reply as JSON-ready values, version 1."""
    return {
        "v": 1,
        "kind": reply.kind,
        "match": str(reply.match) if reply.match else None,
        "picture": str(reply.picture) if reply.picture else None,
        "asked": str(reply.asked) if reply.asked else None,
        "choices": [asdict(choice) for choice in reply.choices],
        "buttons": [{**asdict(button), "subject": str(button.subject)} for button in reply.buttons],
        "lines": [[_span_to_json(span) for span in line] for line in reply.lines],
    }


def from_json(data: Mapping[str, Any]) -> Reply:
    """Read what `to_json` wrote."""
    return Reply(
        kind=data["kind"],
        lines=tuple(tuple(_span_from_json(span) for span in line) for line in data["lines"]),
        match=UUID(data["match"]) if data["match"] else None,
        picture=UUID(data["picture"]) if data["picture"] else None,
        asked=UUID(data["asked"]) if data.get("asked") else None,  # absent from what was written before questions
        choices=tuple(Choice(**choice) for choice in data.get("choices", ())),
        buttons=tuple(Button(**{**each, "subject": UUID(each["subject"])}) for each in data.get("buttons", ())),
    )


def _span_to_json(span: Span) -> dict[str, Any]:
    return {
        "is": _NAMES[type(span)],
        **{name: str(value) if isinstance(value, UUID) else value for name, value in asdict(span).items()},
    }


def _span_from_json(data: Mapping[str, Any]) -> Span:
    fields = {name: value for name, value in data.items() if name != "is"}
    if data["is"] == "person":
        return Person(**{**fields, "member": Member(**fields["member"])})
    if data["is"] == "strong":
        label = fields.get("label")
        return Strong(fields["text"], Label(label) if label else None)
    if data["is"] == "jump":
        target = fields["target"]
        return Jump(UUID(fields["report"]), fields["text"], ReplyTarget(**target) if target else None)
    span: Span = _SPANS[data["is"]](**fields)
    return span
