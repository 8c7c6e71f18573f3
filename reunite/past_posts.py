"""Past posts: decides which of a channel's old messages become reports, and counts the others. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from reunite import rules
from reunite.entities import ReportState

IN_FLIGHT: Final = timedelta(minutes=5)
"""Newer posts are left to the bot's usual way: it may be processing them right now."""


class Skipped(StrEnum):
    """Why a past message doesn't become a report."""

    NOT_A_MEMBERS = "not_a_members"
    NO_PHOTO = "no_photo"
    REPLY = "reply"
    DELETED = "deleted"
    SETTLED = "settled"
    KNOWN = "known"
    TOO_OLD = "too_old"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PastPost:
    """What decides whether a message in a channel's history is examined.

    `cursor` says where reading continues after it, in the platform's terms.
    """

    key: str
    posted_at: datetime
    cursor: str
    by_member: bool
    has_files: bool
    settled: bool
    """People have marked it as done: with a tick, or by closing it."""
    deleted: bool = False
    """Only its thread is left."""
    answers_photo: bool = False
    """Its photos reply to another post with photos: they hardly show another thing that was found or lost."""


@dataclass(frozen=True, slots=True)
class KnownBefore:
    """A report that has a past post's idempotency key."""

    created_at: datetime
    quiet: bool
    state: ReportState

    @property
    def can_end_quiet(self) -> bool:
        """Whether it was read quietly, and there is still something to say about it."""
        return self.quiet and self.state in rules.IN_PROGRESS


@dataclass
class Tally:
    """Counts of the messages read until now."""

    messages: int = 0
    reports: int = 0
    photos: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    def note(self, outcome: "Skipped | int") -> None:
        """Count a message: why it was skipped, or how many photos its report has."""
        self.messages += 1
        if isinstance(outcome, Skipped):
            self.skipped[outcome] += 1
        else:
            self.reports += 1
            self.photos += outcome

    @classmethod
    def of(cls, tallies: "Iterable[Tally]") -> "Tally":
        """Return several tallies as one."""
        whole = cls()
        for tally in tallies:
            whole.messages += tally.messages
            whole.reports += tally.reports
            whole.photos += tally.photos
            whole.skipped += tally.skipped
        return whole


@dataclass(frozen=True, slots=True)
class Span:
    """The time whose posts are read: from `since` to before `until`."""

    since: datetime
    until: datetime

    def share(self, reached: datetime) -> float:
        """Return how much of it is read, from 0 to 1, where reading began at its end."""
        whole = (self.until - self.since).total_seconds()
        return min(max((self.until - reached).total_seconds() / whole, 0.0), 1.0) if whole > 0 else 1.0


def span_of(now: datetime, keep_days: int, since: datetime | None) -> Span:
    """Return the span of posts to read: from `since`, without posts whose reports would expire immediately."""
    earliest, until = now - timedelta(days=keep_days), now - IN_FLIGHT
    return Span(min(max(earliest, since or earliest), until), until)


def why_skipped(post: PastPost, known: KnownBefore | None, *, oldest: datetime, answers: bool) -> Skipped | None:
    """Return why a message doesn't become a report; None if it can.

    With `answers`, a report that was read quietly before is taken once more. `known` doesn't have the reports of this
    reading, so that they are counted again after an interruption.
    """
    reasons = (
        (post.deleted, Skipped.DELETED),
        (not post.by_member, Skipped.NOT_A_MEMBERS),
        (not post.has_files, Skipped.NO_PHOTO),
        (known and not (answers and known.can_end_quiet), Skipped.KNOWN),
        (post.answers_photo, Skipped.REPLY),
        (post.posted_at < oldest, Skipped.TOO_OLD),
        (post.settled, Skipped.SETTLED),
    )
    return next((reason for applies, reason in reasons if applies), None)
