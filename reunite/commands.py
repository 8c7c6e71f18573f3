"""What a platform's inbound side asks of the domain: frozen, and free of any platform's library."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from reunite.entities import (
    Category,
    Channel,
    IncomingPhoto,
    Member,
    PlatformName,
    ReplyTarget,
    ReportKind,
    Settings,
    VerdictKind,
)
from reunite.messages.reply import Action


@dataclass(frozen=True, slots=True)
class JoinWorkspace:
    """The bot is (again) in a workspace: make it known, with its channels."""

    platform: PlatformName
    external_id: str
    name: str
    channels: tuple[Channel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """Something was posted. `source_key` is the idempotency key: the platform's message or interaction id.

    `target.message` is the post in whose thread to answer; None where the bot is to write the post itself.
    A sealed report is shown by its category, place and day only; a private one to its author and the moderators.
    """

    kind: ClassVar[ReportKind]
    source_key: str
    target: ReplyTarget
    author: Member
    text: str = ""
    place: str = ""
    happened_at: datetime | None = None
    photos: tuple[IncomingPhoto, ...] = ()
    sealed: bool = False
    private: bool = False
    category: Category = "other"
    secret: str = ""
    """What only the owner can know: the finder's question, or a detail that is not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFound(NewReport):
    """A found thing was posted."""

    kind: ClassVar[ReportKind] = ReportKind.FOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLost(NewReport):
    """Someone misses a thing."""

    kind: ClassVar[ReportKind] = ReportKind.LOST


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveVerdict:
    """A member gave a verdict on a match, or took theirs back (`given` false; None: whichever changes it).

    The match is named by `match`, or by the reply it was shown in: `target.message` is then that reply's id.
    `is_moderator` tells the member's rights at this moment.
    """

    target: ReplyTarget
    member: Member
    kind: VerdictKind
    given: bool | None
    is_moderator: bool
    match: UUID | None = None
    press: str | None = None
    """The idempotency key of a button's press."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuestion:
    """A member pressed one of the buttons below a report's question; `choice` is the `Choice.id`."""

    target: ReplyTarget
    member: Member
    report: UUID
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """A report's post was deleted, or its author takes the report back: `target.message` is the post's id."""

    target: ReplyTarget
    member: Member | None = None
    is_moderator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EditReport:
    """The words of a report's post were changed; `target.message` is the post's id."""

    target: ReplyTarget
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A member pressed a button (`reunite.messages.reply.Button`), with what they filled in where it has a form.

    `key` is the idempotency key: the platform's interaction id.
    """

    target: ReplyTarget
    member: Member
    is_moderator: bool
    action: Action
    subject: UUID
    key: str
    words: str = ""
    photos: tuple[IncomingPhoto, ...] = ()
    language: str = "en"
    """The member's own, for what is shown to them alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSettings:
    """A moderator decides how their workspace wants it."""

    platform: PlatformName
    workspace: str
    settings: Settings
