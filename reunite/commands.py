"""The commands that adapters pass to the domain: frozen, and free of any platform's library."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from reunite import rules
from reunite.entities import (
    Category,
    Channel,
    IncomingPhoto,
    Member,
    PlatformName,
    ReplyTarget,
    ReportKind,
    ReportState,
    Settings,
    VerdictKind,
)
from reunite.messages.reply import Action


@dataclass(frozen=True, slots=True)
class JoinWorkspace:
    """The bot is (again) in a workspace, which has these channels and no others; None if that isn't known."""

    platform: PlatformName
    external_id: str
    name: str
    channels: tuple[Channel, ...] | None = None
    away_since: datetime | None = None
    """Channels may have a new kind of report since then; None if the bot was there, and they have it only now."""
    address: str = ""
    """That of the workspace's own site, for links to its posts; empty if it has none, or that isn't known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """A member reported an item. `source_key` is the idempotency key: the platform's message or interaction id.

    `target.message` is the post whose thread to answer in; None if the bot writes the post itself.
    Of a sealed report everyone sees the category, place and day; a private one only its author and the moderators see.
    """

    kind: ClassVar[ReportKind]
    state: ClassVar[ReportState] = ReportState.PENDING
    source_key: str
    target: ReplyTarget
    author: Member
    text: str = ""
    place: str = ""
    happened_at: datetime | None = None
    happened_on: date | None = None
    """The day, as its author counts them, if they named no time; `happened_at` is then its beginning."""
    posted_at: datetime | None = None
    """When it was posted: it happened then or before. None if that isn't known."""
    photos: tuple[IncomingPhoto, ...] = ()
    sealed: bool = False
    private: bool = False
    category: Category = "other"
    hidden: bool = False
    """Whether the author hides a part of it, text or a photo, behind a spoiler."""
    proof_question: str = ""
    """The proof question, or a detail that isn't shown."""
    sample: bool = False
    """Whether it's a sample, which only demonstrates how everything works."""
    is_past: bool = False
    """It was read from a channel's history: it expires as if it had been reported when it was posted."""
    is_kind_told: bool = False
    """Somebody has told of which kind it is: its channel isn't the only sign."""
    kind_in_doubt: bool = False
    """Its words say the other kind: until its author answers which it is, nobody is pinged about it."""
    quiet: bool = False
    """The bot writes nothing in its thread unless another report is news to it."""
    language: str | None = None
    """The author's, in which a private report is answered; None for the workspace's."""
    answered: bool = True
    """False for a report by command: until its answer has arrived, sending it again makes no second report."""

    def __post_init__(self) -> None:
        """Raise ValueError for what no report can be. What a person can correct is checked by the handler."""
        rules.check_report(
            self.kind, happened_at=self.happened_at, sealed=self.sealed, private=self.private, category=self.category
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFound(NewReport):
    """Someone found an item."""

    kind: ClassVar[ReportKind] = ReportKind.FOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLost(NewReport):
    """Someone lost an item."""

    kind: ClassVar[ReportKind] = ReportKind.LOST


REPORTS: Final[Mapping[str, type[NewReport]]] = {command.kind: command for command in (ReportFound, ReportLost)}
"""The command for each kind of report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(ReportLost):
    """A member searches the open found reports without reporting anything; `target` is where they are."""

    state: ClassVar[ReportState] = ReportState.LOOK


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveVerdict:
    """A member gave a verdict on a match (`given`), withdrew theirs (false), or toggled it (None).

    The match is named by `match`, or by the reply that shows it: `target.message` is then that reply's id.
    `is_moderator` is the member's right at this moment.
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
    """A report's post was deleted, or a member withdraws the report: `target.message` is the post's id.

    `report` names the report instead, for those who may see it where it has no post.
    """

    target: ReplyTarget
    member: Member | None = None
    is_moderator: bool = False
    report: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TellKind:
    """Somebody told of which kind the report at a post is (`target.message`).

    `member` is None if a change of the post tells it.
    """

    target: ReplyTarget
    kind: ReportKind
    member: Member | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditReport:
    """A report's post was edited; `target.message` is the post's id. Without `photos`, only its words may differ."""

    target: ReplyTarget
    text: str
    photos: tuple[IncomingPhoto, ...] | None = None
    posted_at: datetime | None = None
    """When the post was made, if it may become a report now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A member pressed a button (`reunite.messages.reply.Button`), and filled in its form if it has one.

    `key` is the idempotency key: the platform's interaction id.
    """

    target: ReplyTarget
    member: Member
    is_moderator: bool
    action: Action
    subject: UUID
    key: str
    words: str = ""
    code: str = ""
    photos: tuple[IncomingPhoto, ...] = ()
    private: bool = False
    """Whether only the moderators and the author may read the report that it files."""
    language: str = "en"
    """The member's language, for what only they see."""
    spoken: str | None = None
    """The same, for a report that the press makes: None if it isn't known, or we don't speak it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSettings:
    """A moderator changed their workspace's settings."""

    platform: PlatformName
    workspace: str
    settings: Settings
