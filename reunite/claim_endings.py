"""Tells the other side of a claim that a report has ended, because everything about that report disappears."""

from collections.abc import Sequence
from uuid import UUID

from reunite import rules
from reunite.claim_settlement import revise_offers
from reunite.entities import ClaimState, Match, MatchState, Report, ReportKind, ReportState
from reunite.errors import TryAgainError
from reunite.messages import keys, notices
from reunite.ports import Session
from reunite.tiles import Pair


async def locked_with_claims(session: Session, report: UUID) -> tuple[Report | None, Sequence[Pair]]:
    """Return a report and the open reports that an undecided or accepted claim joins to it, all locked."""
    claimed = await _claimed(session, report)
    locked = await session.reports.lock({report, *claimed})
    if claimed.keys() != (await _claimed(session, report)).keys():
        raise TryAgainError("a claim has changed meanwhile")
    ending = locked.get(report)
    if ending and ending.kind is ReportKind.FOUND and ending.state is ReportState.RETURNED:
        # It has gone to someone else. Only an edit has told those whose claim had been accepted.
        claimed = {other: match for other, match in claimed.items() if match.claim is ClaimState.ACCEPTED}
    others = [(match, locked[other]) for other, match in claimed.items() if other in locked]
    return ending, [(match, other) for match, other in others if other.state is ReportState.OPEN]


async def tell_others(session: Session, others: Sequence[Pair]) -> None:
    """Say in these reports' threads that the other side has ended, and to others who claim a find, who checks it."""
    for match, reader in others:
        if reader.kind is ReportKind.FOUND:
            await revise_offers(session, reader)
        await session.outbox.post(reader.id, keys.claim_ended(match.id, reader.kind), notices.claim_ended(reader))


async def _claimed(session: Session, report: UUID) -> dict[UUID, Match]:
    """Return a report's matches with such a claim, by the other report."""
    return {match.other_side(report): match for match in await session.matches.of(report) if _is_waiting(match)}


def _is_waiting(match: Match) -> bool:
    return match.state is MatchState.UNDECIDED and rules.is_claimed(match)
