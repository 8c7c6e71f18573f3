"""The domain's entities: frozen, and free of any platform's library."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal, Protocol, TypeVar, get_args
from uuid import UUID

PlatformName = Literal["discord", "slack", "web", "webhook", "api"]
Category = Literal["id", "card", "keys", "phone", "other"]
"""What a sealed report is publicly called; nothing more is said about it."""
CATEGORIES: tuple[Category, ...] = get_args(Category)


class ReportKind(StrEnum):
    """Which side of a match a report is."""

    LOST = "lost"
    FOUND = "found"

    @property
    def opposite(self) -> "ReportKind":
        """The kind that this one is matched with."""
        return ReportKind.FOUND if self is ReportKind.LOST else ReportKind.LOST


class HasKind(Protocol):
    """A report, or what is known of one."""

    @property
    def kind(self) -> ReportKind: ...


Side = TypeVar("Side", bound=HasKind)


def lost_and_found(first: Side, second: Side) -> tuple[Side, Side]:
    """Return the two sides of a pair, the lost one first."""
    return (first, second) if first.kind is ReportKind.LOST else (second, first)


class ReportState(StrEnum):
    """A report is pending until its embeddings are stored, then open until it ends in one of three ways.

    A look is none of these: a private search, seen by nobody else and deleted soon, unless its author claims an item.
    """

    LOOK = "look"
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
    """A label shown with a match; each is a promise (docs/matching.md)."""

    HIGH = "high"
    POSSIBLE = "possible"


class VerdictKind(StrEnum):
    """What a moderator says about a match."""

    CONFIRM = "confirm"
    REJECT = "reject"


class MatchState(StrEnum):
    """A match's state, from the verdicts that were not withdrawn."""

    UNDECIDED = "undecided"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Member:
    """A person on a platform: the platform's id and the name to show."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Account:
    """What identifies a person: elsewhere, the same id may be another person's.

    `workspace` is the platform's id. It's empty on Discord, where a member has the same id in all servers; None if it
    isn't known.
    """

    platform: PlatformName | None
    workspace: str | None
    id: str

    @classmethod
    def on(cls, platform: PlatformName, workspace: str, member: Member) -> "Account":
        """Return the account of a member of a workspace."""
        return cls(platform, "" if platform == "discord" else workspace, member.id)

    def may_be(self, other: "Account") -> bool:
        """Return whether both are one account, where unknown platforms and workspaces may be any."""
        platform = None in {self.platform, other.platform} or self.platform == other.platform
        workspace = None in {self.workspace, other.workspace} or self.workspace == other.workspace
        return self.id == other.id and platform and workspace


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

    def account(self, member: Member) -> Account:
        """Return the account of a member of its workspace."""
        return Account.on(self.platform, self.workspace, member)


@dataclass(frozen=True, slots=True)
class IncomingPhoto:
    """A photo before intake: either a link to fetch (`url`) or its bytes (`data`)."""

    name: str
    url: str | None = None
    data: bytes | None = None
    hidden: bool = False
    """Its author hides it behind a spoiler: it's compared, but never shown."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of a workspace, and which kind of report is posted there."""

    id: str
    name: str
    role: ReportKind | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """A Discord guild, a Slack workspace, the local page or a chat by webhooks: part of one community."""

    id: UUID
    community: UUID
    platform: PlatformName
    external_id: str

    def account(self, member: Member) -> Account:
        """Return the account of one of its members."""
        return Account.on(self.platform, self.external_id, member)


PhotoFlaw = Literal["photo_dark", "photo_blurred"]
"""Why a stored photo shows too little to be compared: the key of the sentence that says what would help."""
Sensitive = Literal["card", "face"]
"""What is seen on a photo that should perhaps not be public."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of a report, in order of `position`.

    `problem` is the key of the sentence that says why its intake failed, `flaw` what is wrong with a stored one.
    """

    id: UUID
    report: UUID
    position: int
    name: str
    state: PhotoState
    url: str | None = None
    problem: str | None = None
    flaw: PhotoFlaw | None = None
    colours: tuple[float, ...] = ()
    hidden: bool = False
    sensitive: Sensitive | None = None


Aspect = Literal["colour", "place"]
ANOTHER: Final = "another"
"""The answer to a question that rules out all of its options."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the author of a lost report is asked, once: an aspect of the item, and answers to choose from."""

    aspect: Aspect
    options: tuple[str, ...]
    sources: tuple[UUID, ...] = ()
    """The found reports whose words the options may be: with one of them, the options go."""


@dataclass(frozen=True, slots=True)
class Report:
    """A lost or found report. `author` is who posted it, `target` the thread in which it is answered."""

    id: UUID
    community: UUID
    kind: ReportKind
    state: ReportState
    author: Member
    text: str
    """All that its author says about it: the words of the post, and the `details`."""
    place: str
    happened_at: datetime | None
    target: ReplyTarget
    created_at: datetime
    expires_at: datetime
    has_first_reply: bool = False
    question: Question | None = None
    question_answer: str | None = None
    """The answer to `question`: an option or ANOTHER; empty if its author isn't sure, None until they answer."""
    language: str = "en"
    """The language of the thread: the workspace's, or its only reader's if it's private."""
    others_language: str | None = None
    """The workspace's language, in which others read about it; None unless it's private."""
    zone: str = ""
    """The name of the workspace's time zone; empty if it isn't known."""
    address: str = ""
    """The address of the workspace's own site; empty if it has none, or that isn't known."""
    happened_on: date | None = None
    """The day of `happened_at`, as its author counts them, if they named no time."""
    sealed: bool = False
    """A found report whose photo and words only the finder and the moderators may see."""
    private: bool = False
    """A lost report that only its author and the moderators may see."""
    category: Category = "other"
    """What a sealed report is called."""
    details: str = ""
    """The last part of `text`: what the author has added since posting."""
    purged: bool = False
    posted_at: datetime | None = None
    """When its author posted it, which may be before the bot saw it (`created_at`); None if that isn't known."""
    sample: bool = False
    """It only demonstrates how everything works: it matches only samples, is counted nowhere, and has no author."""
    quiet: bool = False
    """It was read from a channel's history: unless another report is news to it, nothing is said in its thread."""
    kind_in_doubt: bool = False
    """Its words say the other kind, and its author hasn't answered which it is: nobody is pinged about it."""

    @property
    def reported_at(self) -> datetime:
        """When it was posted; if that isn't known, when it was stored."""
        return self.posted_at or self.created_at

    @property
    def account(self) -> Account:
        """The author's account."""
        return self.target.account(self.author)

    @property
    def is_listed(self) -> bool:
        """Whether a list or a program posted it, so that no author can be asked."""
        return self.target.platform == "api"

    def for_others(self) -> "Report":
        """Return it as others read about it: in the workspace's language."""
        return replace(self, language=self.others_language) if self.others_language else self

    def is_by(self, account: Account) -> bool:
        """Return whether someone is its author."""
        return not self.sample and self.account == account

    def shares_workspace_with(self, other: "Report") -> bool:
        """Return whether another report is of the same workspace."""
        here, there = self.target, other.target
        return (here.platform, here.workspace) == (there.platform, there.workspace)


@dataclass(frozen=True, slots=True)
class Handover:
    """Whether the owner says they got an item back, whether the finder says they gave it, and whether that counts."""

    got_back: bool = False
    handed_over: bool = False
    returned: bool = False
    """What they say counts as much as a moderator's verdict, by the community's settings."""


class ClaimState(StrEnum):
    """Whether the finder has decided on a claim, and how, or whether the owner has withdrawn it."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Match:
    """A stored pair of a lost and a found report: how probable it is, and the reasons."""

    id: UUID
    lost: UUID
    found: UUID
    probability: float
    label: Label | None
    why: tuple["Why", ...]
    state: MatchState
    declined: bool = False
    """The owner has said that it isn't theirs."""
    picked: bool = False
    """The owner picked it from a gallery."""
    faded: bool = False
    """It had a label, and a later search has taken it away."""
    percent: bool = False
    """Whether the probability may be shown: the scoring model was calibrated."""
    released: bool = False
    """A moderator lets the owner know about a sealed report."""
    photo: UUID | None = None
    """The found report's photo that matched best; None if only texts were compared."""
    handover: Handover = field(default_factory=Handover)
    """What owner and finder say about giving it back."""
    claim: ClaimState | None = None
    """The state of its latest claim; None without one."""

    @property
    def reports(self) -> frozenset[UUID]:
        return frozenset((self.lost, self.found))

    def other_side(self, report: UUID) -> UUID:
        """Return the report that one of the two is matched with."""
        return self.found if report == self.lost else self.lost


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a found item was handed in, perhaps with a `code` on its label; without a `place`, the finder has it."""

    place: str = ""
    code: str = ""


ReturnedBy = Literal["both", "either", "moderators"]
"""Who marks an item as returned, besides a moderator: its owner and its finder together, one of them, or nobody."""
RETURNED_BY: tuple[ReturnedBy, ...] = get_args(ReturnedBy)

Agreement = Literal["agrees", "partly", "differs", "unknown"]


@dataclass(frozen=True, slots=True)
class Why:
    """One reason: an aspect, the word for it, whether it agrees.

    The aspects are `thing`, `photo`, `description`, `brand`, `colour`, `place`, `time` and `words`.
    `word` is a member's, or an English one of the lexicon; for `time` it's the minutes from losing to finding (negative
    where it was found before). It's empty if there is none: photos that look alike, an aspect nobody mentioned.
    """

    aspect: str
    word: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the append-only log: a moderator gave a verdict, or withdrew it (`given` false)."""

    moderator: str
    kind: VerdictKind
    given: bool
    at: datetime
    message: str | None = None
    """The reply that was reacted to; None for a button."""
    press: str | None = None
    """The idempotency key of the button's press."""
    name: str = ""
    """The moderator's; empty once it was deleted."""
    platform: PlatformName | None = None
    """Where it was given; None for verdicts from before this was stored."""
    workspace: str | None = None
    """The workspace of the moderator's account."""

    @property
    def account(self) -> Account:
        """The moderator's account."""
        return Account(self.platform, self.workspace, self.moderator)


Decision = Literal["accepted", "rejected", "released"]


@dataclass(frozen=True, slots=True)
class ClaimDecision:
    """One line of the append-only log: somebody accepted or rejected a claim on a match, or released a sealed one."""

    match: UUID
    state: Decision
    by: Member
    """Who decided; the name is empty once it was deleted."""
    account: Account
    """That person's account; platform and workspace are None if they weren't stored."""
    at: datetime


@dataclass(frozen=True, slots=True)
class ReportDeletion:
    """One line of the append-only log: a moderator deleted somebody else's report."""

    report: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """A member's claim to a found item. Its proof is read apart: only those who decide see it, until it's deleted."""

    id: UUID
    match: UUID
    member: Member
    account: Account
    """The member's: the lost report's author."""
    has_proof: bool
    state: ClaimState
    decision: ClaimDecision | None = None
    """What the finder or a moderator has decided on it; None if only a verdict on its match has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A workspace's settings. Ids are the platform's; where no channels are chosen, their names decide."""

    found_channels: tuple[str, ...] = ()
    lost_channels: tuple[str, ...] = ()
    log_channel: str | None = None
    """The moderators' channel."""
    moderators: tuple[str, ...] = ()
    """Roles, user groups or members; members with the platform's permission are moderators anyway."""
    language: str = "en"
    private_reports: bool = False
    """Whether lost reports are private by default."""
    sealed_categories: tuple[Category, ...] = ("id", "card", "keys", "phone")
    """The categories for which the bot suggests a sealed report."""
    timezone: str = ""
    """The name of the zone for the times of members who haven't set their own; empty if it isn't known."""
    returned_by: ReturnedBy = "both"
    digest: bool = False
    """Whether a weekly digest says what still waits for its owner."""
    keep_days: int = 60
    """How long a report stays open and its data is kept."""

    @property
    def members_can_return(self) -> bool:
        """Whether the owner and the finder can mark an item as returned themselves."""
        return self.returned_by != "moderators"


@dataclass(frozen=True, slots=True)
class PromisesKept:
    """How often labels were right, by what people said, and how much was learned from that."""

    high: int = 0
    high_right: int = 0
    lists: int = 0
    """Lists of possible matches of which people said that one was right or all were wrong."""
    lists_right: int = 0
    learned_from: int = 0
    """How many answers the community's own weights were last fitted to; 0: it has none."""


WEEKS: Final = 12
"""The weeks that trends cover."""


@dataclass(frozen=True, slots=True)
class ReportWords:
    """What a report says about its thing, and where that was."""

    text: str
    place: str
    author: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Trends:
    """How things came back and were lost in the last weeks."""

    returned: tuple[int, ...] = (0,) * WEEKS
    """How many things came back in each week, the oldest first."""
    days: float | None = None
    """The median of days until a found item was back with its owner; None before any."""
    lost: tuple[ReportWords, ...] = ()


@dataclass(frozen=True, slots=True)
class Statistics:
    """A community's numbers, none about a person. Only moderators' count sealed and private reports."""

    open_lost: int
    open_found: int
    returned: int
    matches_shown: int
    confirmed: int
    rejected: int
    kept: PromisesKept = PromisesKept()
