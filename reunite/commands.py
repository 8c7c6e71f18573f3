"""What a platform's inbound side asks of the domain: frozen, and free of any platform's library."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from reunite.model import Channel, IncomingPhoto, Member, PlatformName, ReplyTarget, ReportKind, VerdictKind


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
    """

    kind: ClassVar[ReportKind]
    source_key: str
    target: ReplyTarget
    author: Member
    text: str = ""
    place: str = ""
    happened_at: datetime | None = None
    photos: tuple[IncomingPhoto, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFound(NewReport):
    """A found thing was posted."""

    kind: ClassVar[ReportKind] = ReportKind.FOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLost(NewReport):
    """Someone misses a thing."""

    kind: ClassVar[ReportKind] = ReportKind.LOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A member gave a verdict on a match, or took theirs back (`given` false).

    The match is named by `match`, or by the reply it was shown in: `target.message` is then that reply's id.
    `is_moderator` tells the member's rights at this moment.
    """

    target: ReplyTarget
    member: Member
    kind: VerdictKind
    given: bool
    is_moderator: bool
    match: UUID | None = None


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
