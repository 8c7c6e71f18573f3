"""The idempotency keys of the outbox: one function for each reply, so that two places can't spell a key differently."""

from typing import NewType
from uuid import UUID

from reunite.entities import ClaimState, MatchState, ReportKind

ReplyKey = NewType("ReplyKey", str)
"""Made here and nowhere else."""


def report_post(report: UUID) -> ReplyKey:
    return ReplyKey(f"{report}:post")


def sealing_advice(report: UUID) -> ReplyKey:
    return ReplyKey(f"{report}:seal")


def first_reply(report: UUID) -> ReplyKey:
    return ReplyKey(f"{report}:first")


def further_gallery(report: UUID, number: int) -> ReplyKey:
    """Return the key of a gallery after the first one, which is the first reply."""
    return ReplyKey(f"{report}:gallery:{number}")


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


def work_failed(work: UUID) -> ReplyKey:
    return ReplyKey(f"{work}:failed")


def card(match: UUID, reader: ReportKind) -> ReplyKey:
    """Return the key of a match reply in the thread of its lost or its found report."""
    return ReplyKey(f"{match}:{reader}")


def log_line(match: UUID, reader: ReportKind) -> ReplyKey:
    """Return the key of a match's line for the moderators of its found or, on another workspace, its lost report."""
    return ReplyKey(f"{match}:log:{reader}")


def verdict(match: UUID, state: MatchState, number: int, reader: ReportKind) -> ReplyKey:
    """Return the key of what a thread reads of a verdict; `number` counts the verdicts on the match."""
    return ReplyKey(f"{match}:{state}:{number}:{reader}")


def claim(claim: UUID) -> ReplyKey:
    return ReplyKey(f"{claim}:claim")


def claim_log(claim: UUID) -> ReplyKey:
    return ReplyKey(f"{claim}:log")


def claim_decision(claim: UUID, state: ClaimState) -> ReplyKey:
    return ReplyKey(f"{claim}:{state}")
