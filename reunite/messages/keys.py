"""The idempotency keys of the outbox: one function for each reply, so that two places can't spell a key differently."""

from datetime import datetime
from typing import Final, Literal, NewType
from uuid import UUID

from reunite.entities import ClaimState, MatchState, ReportKind

ReplyKey = NewType("ReplyKey", str)
"""Made here and nowhere else."""

FIRST_REPLY: Final = ":first"
"""How a first reply's key ends, after its report's id."""
CLAIM_CARD: Final = ":card:"
"""What is in the key of a claim's card between the claim's id and its reader's kind of report."""


def report_post(report: UUID) -> ReplyKey:
    return ReplyKey(f"{report}:post")


def sealing_advice(report: UUID) -> ReplyKey:
    return ReplyKey(f"{report}:seal")


def first_reply(report: UUID) -> ReplyKey:
    return ReplyKey(f"{report}{FIRST_REPLY}")


def what_is_it(report: UUID) -> ReplyKey:
    """Return the key of what a thread says before its first reply, where there's nothing to search for yet."""
    return ReplyKey(f"{report}:what")


def further_gallery(report: UUID, number: int) -> ReplyKey:
    """Return the key of a gallery after the first one, which is the first reply."""
    return ReplyKey(f"{report}:gallery:{number}")


def which_kind(report: UUID) -> ReplyKey:
    """Return the key of the question whether a report's author has lost or found a thing."""
    return ReplyKey(f"{report}:which_kind")


def waiting(report: UUID) -> ReplyKey:
    return ReplyKey(f"{report}:waiting")


def thread_photo(report: UUID) -> ReplyKey:
    return ReplyKey(f"{report}:thread_photo")


def watching(report: UUID) -> ReplyKey:
    return ReplyKey(f"{report}:watching")


def question(report: UUID) -> ReplyKey:
    return ReplyKey(f"{report}:question")


def thanks(report: UUID) -> ReplyKey:
    return ReplyKey(f"{report}:thanks")


def expired(report: UUID) -> ReplyKey:
    return ReplyKey(f"{report}:expired")


def photo_problem(photo: UUID) -> ReplyKey:
    return ReplyKey(f"{photo}:problem")


def photo_late(report: UUID) -> ReplyKey:
    return ReplyKey(f"{report}:photo_late")


def work_failed(work: UUID) -> ReplyKey:
    return ReplyKey(f"{work}:failed")


def card(match: UUID, reader: ReportKind) -> ReplyKey:
    """Return the key of a match reply in the thread of its lost or its found report."""
    return ReplyKey(f"{match}:{reader}")


def likelier(match: UUID) -> ReplyKey:
    """Return the key of the ping about a match that has High confidence now."""
    return ReplyKey(f"{match}:likelier")


def log_line(match: UUID, reader: ReportKind) -> ReplyKey:
    """Return the key of a match's line for the moderators of its found or, on another workspace, its lost report."""
    return ReplyKey(f"{match}:log:{reader}")


def verdict(match: UUID, state: MatchState, number: str, reader: ReportKind) -> ReplyKey:
    """Return the key of a thread's message about a verdict.

    `number` counts the verdicts on the match; where there's none, it's the press that says the item is back.
    """
    return ReplyKey(f"{match}:{state}:{number}:{reader}")


def claim(claim: UUID) -> ReplyKey:
    return ReplyKey(f"{claim}:claim")


def claim_card(claim: UUID, reader: ReportKind) -> ReplyKey:
    """Return the key of a claim's card for the moderators of its found or, on another workspace, its lost report."""
    return ReplyKey(f"{claim}{CLAIM_CARD}{reader}")


def conversation(claim: UUID) -> ReplyKey:
    return ReplyKey(f"{claim}:pair")


def no_conversation(claim: UUID, reader: ReportKind | Literal["moderators"]) -> ReplyKey:
    return ReplyKey(f"{claim}:no-pair:{reader}")


def said_returned(claim: UUID, reader: ReportKind) -> ReplyKey:
    """Return the key of the message to one side once the other one says that the item is back."""
    return ReplyKey(f"{claim}:said:{reader}")


def digest(workspace: UUID, at: datetime) -> ReplyKey:
    """Return the key of a workspace's digest of a day."""
    return ReplyKey(f"{workspace}:digest:{at:%Y-%m-%d}")


def ends_soon(report: UUID, end: datetime) -> ReplyKey:
    """Return the key of the reminder of one end, which may be put off."""
    return ReplyKey(f"{report}:ends:{end:%Y-%m-%d}")


def claim_reminder(claim: UUID, state: ClaimState) -> ReplyKey:
    return ReplyKey(f"{claim}:reminder:{state}")


def claim_ended(match: UUID, reader: ReportKind) -> ReplyKey:
    """Return the key of the news to one side of a claim that the other one's report has ended."""
    return ReplyKey(f"{match}:ended:{reader}")


def claim_again(claim: UUID) -> ReplyKey:
    return ReplyKey(f"{claim}:again")


def claim_decision(claim: UUID, state: ClaimState) -> ReplyKey:
    return ReplyKey(f"{claim}:{state}")
