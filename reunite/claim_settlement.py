"""Closes claims once it's decided whose an item is, and deletes the answers that nobody needs any more."""

from collections.abc import Sequence
from dataclasses import replace

from reunite import rules
from reunite.claim_cards import (
    revise_cards,
    revise_claim,
    revise_finders_card,
    revise_log,
    revise_owners_cards,
    revise_waiting_claim,
)
from reunite.entities import Account, Claim, ClaimState, Handover, Match, MatchState, Report, ReportKind, Whereabouts
from reunite.errors import TellUserError
from reunite.match_cards import may_claim
from reunite.messages import handovers, keys
from reunite.messages.handovers import Claimed, PickUp
from reunite.moderators import can_be_told
from reunite.ports import Session
from reunite.tiles import Pair


async def settle_claims(session: Session, match: Match, before: MatchState, found: Report) -> None:
    """Close the claims that a verdict or a return has decided, and delete their answers.

    Others' open claims on a returned item rest with their answers: they wait again if the return is undone. What it had
    accepted is open to another answer then, unless somebody had read and accepted it.
    """
    confirmed = match.state is MatchState.CONFIRMED
    if before is MatchState.CONFIRMED and not confirmed:
        await _undo_acceptance(session, match, found)
    if before is MatchState.REJECTED and match.state is MatchState.UNDECIDED:
        await _undo_rejection(session, match, found)
    if not confirmed and match.state is not MatchState.REJECTED:
        return
    for claim in await session.claims.on(found.id):
        is_open, is_own = claim.state is ClaimState.OPEN, claim.match == match.id
        if is_open and is_own:
            await _close(session, claim, found, ClaimState.ACCEPTED if confirmed else ClaimState.REJECTED)
        if claim.has_proof and (is_own or (confirmed and not is_open)):
            await session.claims.forget_answer(claim.id)


async def show_others(session: Session, lost: Report) -> None:
    """Search for what else is near, once a claim has failed, if the lost report began with it."""
    if not lost.has_first_reply:
        await session.work.add(lost.id)


async def withdraw_claim(session: Session, match: Match, lost: Report, found: Report) -> None:
    """Close the claim on a match, because its owner says that it isn't theirs after all.

    Raises TellUserError once the item was returned.
    """
    if match.state is MatchState.CONFIRMED:
        raise TellUserError("report_closed")
    await session.matches.note_handover(match.id, Handover())
    match = replace(match, claim=ClaimState.WITHDRAWN, handover=Handover())
    for claim in await session.claims.on(found.id):
        if claim.match == match.id and claim.state in rules.PENDING_CLAIMS:
            await session.claims.set_state(claim.id, ClaimState.WITHDRAWN)
            await session.claims.forget_answer(claim.id)
            withdrawn = replace(claim, state=ClaimState.WITHDRAWN, has_proof=False)
            await _tell_withdrawn(session, Claimed(withdrawn, match, lost, found), claim.state)
    await revise_cards(session, match, lost, found)
    await revise_offers(session, found)
    await show_others(session, lost)


async def _undo_acceptance(session: Session, match: Match, found: Report) -> None:
    for claim in await session.claims.on(found.id):
        if claim.match == match.id and claim.state is ClaimState.ACCEPTED and not claim.decision:
            await session.claims.set_state(claim.id, ClaimState.REJECTED)
            if match.state is MatchState.UNDECIDED:
                await _ask_again(session, claim, match, found)


async def _undo_rejection(session: Session, match: Match, found: Report) -> None:
    claims = [claim for claim in await session.claims.on(found.id) if claim.match == match.id]
    if claims and claims[-1].state is ClaimState.REJECTED and not claims[-1].decision:  # nobody had read it
        await _ask_again(session, claims[-1], match, found)


async def _ask_again(session: Session, claim: Claim, match: Match, found: Report) -> None:
    """Ask an owner to claim again what only a mistaken verdict had decided."""
    lost = await session.reports.get(match.lost)
    if lost and rules.are_open(lost, found) and await may_claim(session, lost, found):
        await session.outbox.post(lost.id, keys.claim_again(claim.id), handovers.claim_again(match, lost, found))


async def revise_claims(session: Session, found: Report) -> None:
    """Bring up to date what the threads and the conversations say about the claims on a found item."""
    settings = await session.workspaces.settings_for(found.id)
    await revise_conversations(session, found)
    claims = await session.claims.on(found.id)
    for claim in claims:
        claimed = await _claimed(session, claim, found)
        if claimed and claim.state is ClaimState.OPEN:
            await revise_waiting_claim(session, claimed)
            await revise_cards(session, claimed.match, claimed.lost, found)
        elif claimed and claim.state is not ClaimState.WITHDRAWN:
            await session.outbox.revise(
                keys.claim(claim.id), handovers.claim_closed(claimed, members_can_return=settings.members_can_return)
            )
            left = rules.tries_left(claims, claim.account)
            is_last = claim == [one for one in claims if one.match == claim.match][-1]
            decided = handovers.claim_decided(
                claimed, members_can_return=settings.members_can_return, left=left, is_last=is_last
            )
            await session.outbox.revise(keys.claim_decision(claim.id, claim.state), decided)
            if is_last and claim.state is ClaimState.REJECTED:  # else they have claimed it again
                asked = handovers.claim_again(claimed.match, claimed.lost, found)
                await session.outbox.revise(keys.claim_again(claim.id), asked)
            await revise_cards(session, claimed.match, claimed.lost, found)


async def revise_conversations(session: Session, found: Report) -> None:
    """Update where a found item is in the conversations with those whose claim was accepted, or in their threads."""
    settings = await session.workspaces.settings_for(found.id)
    whereabouts = await session.claims.whereabouts(found.id)
    for claim in await session.claims.on(found.id):
        claimed = await _claimed(session, claim, found)
        if claimed and claim.state is ClaimState.ACCEPTED:
            reply = handovers.conversation(claimed, whereabouts, members_can_return=settings.members_can_return)
            await session.outbox.revise(keys.conversation(claim.id), reply)
            await _revise_pick_up(session, claimed)


async def how_to_pick_up(session: Session, lost: Report, found: Report) -> PickUp:
    """Return how the owner of a list's item learns where to get it."""
    if (await session.claims.whereabouts(found.id)).place:
        return "known"
    return "moderators_say" if await can_be_told(session, lost) else "ask_moderators"


async def _revise_pick_up(session: Session, claimed: Claimed) -> None:
    """Say in the thread of a list's item's owner how they learn where it is, if it said so before."""
    match, lost, found = claimed.match, claimed.lost, claimed.found
    if found.is_listed:
        pick_up = await how_to_pick_up(session, lost, found)
        told = handovers.no_conversation(match, lost, found, pick_up)
        await session.outbox.revise(keys.no_conversation(claimed.claim.id, lost.kind), told)


async def revise_offers(session: Session, found: Report) -> None:
    """Update a found item's cards and tiles in its thread and those of who may own it: whether they still can."""
    quoting, pairs = await session.outbox.quoting(found.id), list[Pair]()
    shown = {match for reply in quoting.values() for match in (reply.match, *(tile.match for tile in reply.gallery))}
    for match in await session.matches.of(found.id):
        lost = await session.reports.get(match.lost) if match.id in shown else None
        if lost and lost.state in rules.RETURNABLE:
            pairs.append((match, lost))
            await revise_finders_card(session, match, lost, found)
            await revise_log(session, match, lost, found)
    await revise_owners_cards(session, found, pairs, quoting)


async def withdraw_offers(session: Session, claimant: Account, found: Report) -> None:
    """Stop offering someone another claim on a found item, once they have no try left."""
    claims = await session.claims.on(found.id)
    if rules.tries_left(claims, claimant) > 0:
        return
    for match in await session.matches.of(found.id):
        lost = await session.reports.get(match.lost)
        if lost and lost.account == claimant:
            claims_made = [Claimed(claim, match, lost, found) for claim in claims if claim.match == match.id]
            await revise_owners_cards(session, found, [(match, lost)])
            await _revise_rejections(session, claims_made)


async def _revise_rejections(session: Session, claims_made: Sequence[Claimed]) -> None:
    for claimed in claims_made:
        if claimed.claim.state is ClaimState.REJECTED:
            is_last = claimed is claims_made[-1]
            decided = handovers.claim_decided(claimed, members_can_return=False, left=0, is_last=is_last)
            await session.outbox.revise(keys.claim_decision(claimed.claim.id, claimed.claim.state), decided)


async def _tell_withdrawn(session: Session, claimed: Claimed, before: ClaimState) -> None:
    """Say in the threads that a claim was withdrawn; notify a finder who has accepted it."""
    claim, found = claimed.claim, claimed.found
    closed = handovers.claim_closed(claimed, members_can_return=False)
    await session.outbox.revise(keys.claim(claim.id), closed)
    if before is ClaimState.ACCEPTED:
        decided = handovers.claim_decided(claimed, members_can_return=False, left=0)
        await session.outbox.revise(keys.claim_decision(claim.id, before), decided)
        await session.outbox.revise(keys.said_returned(claim.id, ReportKind.LOST), decided)
        await session.outbox.revise(keys.said_returned(claim.id, ReportKind.FOUND), closed)
        talk = handovers.conversation(claimed, Whereabouts(), members_can_return=False)
        await session.outbox.revise(keys.conversation(claim.id), talk)
        await session.outbox.post(found.id, keys.claim_decision(claim.id, claim.state), handovers.claim_gone(claimed))


async def _close(session: Session, claim: Claim, found: Report, state: ClaimState) -> None:
    await session.claims.set_state(claim.id, state)
    closed = await session.claims.get(claim.id)
    if closed and (claimed := await _claimed(session, closed, found)):
        words = handovers.claim_closed(claimed, members_can_return=False)
        await session.outbox.revise(keys.claim(claim.id), words)
        await revise_claim(session, claim.match, claimed.lost, found)
        if state is ClaimState.REJECTED:
            await show_others(session, claimed.lost)


async def _claimed(session: Session, claim: Claim, found: Report) -> Claimed | None:
    """Return a claim with its match and reports; None if the lost report is gone."""
    match = await session.matches.get(claim.match)
    lost = await session.reports.get(match.lost) if match else None
    return Claimed(claim, match, lost, found) if match and lost else None
