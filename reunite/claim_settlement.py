"""Closes claims once it's decided whose an item is, and deletes their answers: nobody needs them any more."""

from reunite import rules
from reunite.claim_cards import revise_claim, revise_owners_card
from reunite.entities import Claim, ClaimState, Match, MatchState, Report
from reunite.messages import handovers, keys
from reunite.messages.handovers import Claimed
from reunite.ports import Session


async def settle_claims(session: Session, match: Match, found: Report) -> None:
    """Close the claims that a verdict or a return has decided, and delete their answers.

    A rejected match decides the claims on it, a return all on the found item.
    """
    confirmed = match.state is MatchState.CONFIRMED
    if not confirmed and match.state is not MatchState.REJECTED:
        return
    for claim in await session.claims.on(found.id):
        if claim.has_proof and (confirmed or claim.match == match.id):
            if claim.state is ClaimState.OPEN:
                accepted = confirmed and claim.match == match.id
                await _close(session, claim, found, ClaimState.ACCEPTED if accepted else ClaimState.REJECTED)
            await session.claims.forget_answer(claim.id)


async def revise_conversations(session: Session, found: Report) -> None:
    """Let the conversations about a found item say where it is, to those whose claim still counts."""
    settings = await session.workspaces.settings_for(found.id)
    whereabouts = await session.claims.whereabouts(found.id)
    for claim in await session.claims.on(found.id):
        match = await session.matches.get(claim.match)
        lost = await session.reports.get(match.lost) if match else None
        if match and lost and claim.state is ClaimState.ACCEPTED:
            claimed = Claimed(claim, match, lost, found)
            reply = handovers.conversation(claimed, whereabouts, by_word=settings.by_word)
            await session.outbox.revise(keys.conversation(claim.id), reply)


async def revise_claimed_cards(session: Session, found: Report) -> None:
    """Let the owners' cards of what they have claimed say whether it may still be theirs."""
    for match in await session.matches.of(found.id):
        lost = await session.reports.get(match.lost) if match.claim else None
        if lost and lost.state in rules.RETURNABLE:
            await revise_owners_card(session, match, lost, found)


async def _close(session: Session, claim: Claim, found: Report, state: ClaimState) -> None:
    await session.claims.set_state(claim.id, state)
    match = await session.matches.get(claim.match)
    lost = await session.reports.get(match.lost) if match else None
    closed = await session.claims.get(claim.id)
    if match and lost and closed:
        words = handovers.claim_closed(Claimed(closed, match, lost, found), by_word=False)
        await session.outbox.revise(keys.claim(claim.id), words)
        await revise_claim(session, match.id, lost, found)
