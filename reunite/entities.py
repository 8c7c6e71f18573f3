"""The things the domain speaks of. Frozen and free of any platform's library."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal, get_args
from uuid import UUID

PlatformName = Literal["discord", "slack", "web"]
Category = Literal["id", "card", "keys", "phone", "other"]
"""What a sealed find is publicly called: no more than this is said of it."""
CATEGORIES: tuple[Category, ...] = get_args(Category)


class ReportKind(StrEnum):
    """Which side of a match a report is."""

    LOST = "lost"
    FOUND = "found"

    @property
    def opposite(self) -> "ReportKind":
        """The kind that this one is matched with."""
        return ReportKind.FOUND if self is ReportKind.LOST else ReportKind.LOST


class ReportState(StrEnum):
    """A report's life: pending until its vectors are stored, then open until it ends one way or another."""

    PENDING = "pending"
    OPEN = "open"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class PhotoState(StrEnum):
    """Whether a photo's stored copy has been made."""

    PENDING = "pending"
    STORED = "stored"
    FAILED = "failed"


class Label(StrEnum):
    """What a match is called before people; each is a promise (docs/matching.md)."""

    HIGH = "High confidence"
    POSSIBLE = "Possible match"


class VerdictKind(StrEnum):
    """What a moderator says of a match."""

    CONFIRM = "confirm"
    REFUSE = "refuse"


class MatchState(StrEnum):
    """What the standing verdicts make of a match."""

    UNDECIDED = "undecided"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Member:
    """A person on a platform: the platform's id and the name to show."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """A place to write to. `message` is the thread's root; None until the bot has posted that root itself."""

    platform: PlatformName
    workspace: str
    channel: str
    message: str | None = None

    def at(self, message: str) -> "ReplyTarget":
        """Return the same channel with `message` as the thread's root."""
        return replace(self, message=message)


@dataclass(frozen=True, slots=True)
class IncomingPhoto:
    """A photo as it came: either a link to fetch (`url`) or its bytes (`data`)."""

    name: str
    url: str | None = None
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of a workspace, and whether found or lost things are posted there."""

    id: str
    name: str
    role: ReportKind | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """A Discord guild, a Slack workspace or the local page: part of one community."""

    id: UUID
    community: UUID
    platform: PlatformName
    external_id: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of a report, in order of `position`. `problem` is a sentence's key where its intake failed."""

    id: UUID
    report: UUID
    position: int
    name: str
    state: PhotoState
    url: str | None = None
    problem: str | None = None
    colours: tuple[float, ...] = ()


Aspect = Literal["colour", "place"]


@dataclass(frozen=True, slots=True)
class Question:
    """What the author of a lost report is asked, once: an aspect of the thing, and answers to choose from."""

    aspect: Aspect
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A lost or found report. `author` is who posted it, `target` the thread in which it is answered."""

    id: UUID
    community: UUID
    kind: ReportKind
    state: ReportState
    author: Member
    text: str
    """All that its author says of it: the words of the post, and the `details`."""
    place: str
    happened_at: datetime | None
    target: ReplyTarget
    created_at: datetime
    expires_at: datetime
    answered: bool = False
    """Whether the thread has its first answer."""
    question: Question | None = None
    said: str | None = None
    """The author's answer to `question`, one of its options; empty where they are not sure, None until they answer."""
    language: str = "en"
    """In which the thread is written: the workspace's."""
    sealed: bool = False
    """A find whose photo and words nobody but the finder and the moderators may see."""
    private: bool = False
    """A loss that only its author and the moderators may see."""
    category: Category = "other"
    """What a sealed find is called."""
    details: str = ""
    """The last part of `text`: what the author has added to their post since."""
    purged: bool = False
    """Whether what was known of it is deleted."""


@dataclass(frozen=True, slots=True)
class Match:
    """A pair that has been scored: a lost and a found report, how probable it is, and what was seen."""

    id: UUID
    lost: UUID
    found: UUID
    probability: float
    label: Label | None
    why: tuple["Why", ...]
    state: MatchState
    declined: bool = False
    """The owner has said that it is not theirs."""
    percent: bool = False
    """Whether the probability is fit to be shown: the model that gave it was calibrated."""
    released: bool = False
    """A moderator lets the owner know of a sealed find."""


Agreement = Literal["agrees", "partly", "differs", "unknown"]


@dataclass(frozen=True, slots=True)
class Why:
    """A piece of the reason: an aspect (`thing`, `colour`, `place`, `time`, `words`), the word for it, how it fits.

    `word` is a member's, or an English one of the lexicon; of `time` the minutes from the loss to the find (negative
    where it was found before). It is empty where there is none: photos that look alike, an aspect that is not said.
    """

    aspect: str
    word: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the append-only log: a moderator gave a verdict, or took it back (`given` false)."""

    moderator: str
    kind: VerdictKind
    given: bool
    at: datetime
    message: str | None = None
    """The reply that was reacted to; None for a button."""
    press: str | None = None
    """The idempotency key of the button's press."""


class ClaimState(StrEnum):
    """What came of a claim."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Claim:
    """A member says that a find is theirs, and what only its owner can know. Never shown but to those who decide."""

    id: UUID
    match: UUID
    member: Member
    answer: str
    state: ClaimState


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a workspace wants it. Ids are the platform's; without channels of its own choice, their names decide."""

    found_channels: tuple[str, ...] = ()
    lost_channels: tuple[str, ...] = ()
    log_channel: str | None = None
    """Where moderators see every match, and what is sealed or private."""
    moderators: tuple[str, ...] = ()
    """Roles, user groups or members, beside those whose permission makes them moderators."""
    language: str = "en"
    private_reports: bool = False
    """Losses are private unless said otherwise."""
    sealed_categories: tuple[Category, ...] = ("id", "card", "keys", "phone")
    """For which the bot suggests to seal the find."""
    keep_days: int = 60
    """How long a report stays open, and what is known of it is kept."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Numbers of a community, none of which tells of a person. `sealed` finds are not in `open_finds`."""

    open_losses: int
    open_finds: int
    returned: int
    matches_shown: int
    confirmed: int
    refused: int
    model: str
