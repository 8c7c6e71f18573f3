"""What becomes of claims once a moderator has given a verdict: nobody needs their answers any more."""

from reunite.entities import Claim, ClaimState, Match, MatchState, Report
from reunite.messages import keys, notices
from reunite.ports import Session


async def settle_claims(session: Session, match: Match, found: Report) -> None:
    """Close the claims that a verdict has decided, and delete their answers: a return decides all on the found item."""
    confirmed = match.state is MatchState.CONFIRMED
    if not confirmed and match.state is not MatchState.REFUSED:
        return
    for claim in await session.claims.on(found.id):
        if claim.proof and (confirmed or claim.match == match.id):
            if claim.state is ClaimState.OPEN:
                await _close(session, claim, found, accepted=confirmed and claim.match == match.id)
            await session.claims.forget_answer(claim.id)


async def _close(session: Session, claim: Claim, found: Report, *, accepted: bool) -> None:
    await session.claims.set_state(claim.id, ClaimState.ACCEPTED if accepted else ClaimState.REJECTED)
    match = await session.matches.get(claim.match)
    if match:
        closed = notices.claim_closed(match, found, accepted=accepted)
        await session.outbox.revise(keys.claim(claim.id), closed)
        await session.outbox.revise(keys.claim_log(claim.id), closed)
