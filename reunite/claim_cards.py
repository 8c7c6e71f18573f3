"""The cards that show moderators a match and its claims, kept up to date until the end."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from reunite import rules
from reunite.entities import Claim, ClaimState, Match, MatchState, Report
from reunite.locking import locked_match
from reunite.match_cards import card_of, likelier_now, may_claim
from reunite.messages import galleries, handovers, keys, notices, reminders
from reunite.messages.handovers import Claimed
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Person, Picture, Reply
from reunite.moderators import deciding_moderator, readers
from reunite.ports import Session
from reunite.tiles import Pair, picture_of, revise_tiles


async def post_card(session: Session, claimed: Claimed) -> None:
    """Show a claim to the moderators, of both sides if they have a channel each; its earlier cards are folded away."""
    picture = await picture_of(session, claimed.found, claimed.match)
    for key, reader in readers(keys.claim_card, claimed.claim.id, claimed.lost, claimed.found):
        card = handovers.claim_card(claimed, reader, picture, None)
        await session.outbox.post(reader.id, key, card, audience="moderators")
    for claim in await _claims_on(session, claimed.match, claimed.found):
        if claim.id != claimed.claim.id:
            await _fold_card(session, replace(claimed, claim=claim))


async def post_missing_cards(session: Session, claim_id: UUID) -> None:
    """Show the moderators a claim that waits from before they had a channel. Idempotent."""
    if known := await session.claims.get(claim_id):
        match, lost, found = await locked_match(session, known.match)
        claim = await session.claims.get(claim_id)  # others may have decided before the lock
        if claim and claim.state is ClaimState.OPEN and match.state is MatchState.UNDECIDED:
            await post_card(session, Claimed(claim, match, lost, found))


async def revise_claim(session: Session, match_id: UUID, lost: Report, found: Report) -> None:
    """Show the owner, the finder and the moderators how a claim was decided."""
    if match := await session.matches.get(match_id):
        await revise_owners_cards(session, found, [(match, lost)])
        await revise_finders_card(session, match, lost, found)
        await revise_cards(session, match, lost, found)


async def revise_owners_cards(
    session: Session, found: Report, pairs: Sequence[Pair], quoting: Mapping[ReplyKey, Reply] | None = None
) -> None:
    """Update the cards and tiles of a found report's matches, each with its lost report, in their owners' threads.

    One that its owner has folded away only says whether they may still claim the item. `quoting` has the replies that
    quote the found report, if they're known already.
    """
    if quoting is None:
        quoting = await session.outbox.quoting(found.id)
    for match, lost in pairs:
        if keys.card(match.id, lost.kind) in quoting:
            await revise_owners_card(session, match, lost, found, await _owners_card(session, match, lost, found))
    await revise_tiles(session, found, pairs, quoting)


async def revise_other_matches(session: Session, lost: Report, decided: Match) -> None:
    """Update the cards of a lost report's other matches on both sides: whether its owner still looks for it."""
    shown = {reply.match for reply in (await session.outbox.quoting(lost.id)).values()} - {decided.id}
    for match in await session.matches.of(lost.id):
        found = await session.reports.get(match.found) if match.id in shown else None
        if found and found.state in rules.RETURNABLE:
            await revise_owners_card(session, match, lost, found, await _owners_card(session, match, lost, found))
            await revise_finders_card(session, match, lost, found)
            await revise_log(session, match, lost, found)
            for claim in await session.claims.on(found.id):
                if claim.match == match.id and claim.state is ClaimState.OPEN:
                    await revise_waiting_claim(session, Claimed(claim, match, lost, found))


async def revise_waiting_claim(session: Session, claimed: Claimed) -> None:
    """Say in a finder's thread whether an open claim still waits for them, and in its reminder."""
    claimed = claimed.for_deciders()
    claim, match, lost, found = claimed.claim, claimed.match, claimed.lost, claimed.found
    reply = handovers.waiting_claim(claimed)
    await session.outbox.revise(keys.claim(claim.id), reply)
    if rules.is_over(claim, match, lost, found):
        reminder = replace(reply, lines=reply.lines[:1], buttons=())
    else:  # its reminder may have come due meanwhile, and was dropped
        reminder = reminders.claim_waits(claimed)
        await session.prompts.note_claim_reminder(claim.id, sent=False)
    await session.outbox.revise(keys.claim_reminder(claim.id, claim.state), reminder)


async def _owners_card(session: Session, match: Match, lost: Report, found: Report) -> Reply:
    if not rules.is_folded(match):
        return await card_of(session, lost, match, found)
    may_try = rules.is_still_given(match, found) and await may_claim(session, lost, found)
    return galleries.folded_card(match, lost, found, may_claim=may_try)


async def revise_owners_card(session: Session, match: Match, lost: Report, found: Report, card: Reply) -> None:
    """Update a match's card in its owner's thread, and the news there that it's likelier now."""
    await session.outbox.revise(keys.card(match.id, lost.kind), card)
    await session.outbox.revise(keys.likelier(match.id), likelier_now(match, lost, found, card))


async def revise_finders_card(session: Session, match: Match, lost: Report, found: Report) -> None:
    """Update a finder's card, if there is one: whether its owner may still be the right one."""
    await session.outbox.revise(keys.card(match.id, found.kind), await card_of(session, found, match, lost))


async def revise_cards(session: Session, match: Match, lost: Report, found: Report) -> None:
    """Bring the cards of a match's claims up to date."""
    await _revise_cards(session, match, lost, found, await _shown(session, match, found))


async def revise_log(session: Session, match: Match, lost: Report, found: Report) -> None:
    """Bring the match's lines and its claims' cards in the moderators' channels up to date."""
    shown = await _shown(session, match, found)
    for key, reader in readers(keys.log_line, match.id, lost, found):
        await session.outbox.revise(key, notices.log_line(match, lost, found, reader, *shown))
    await _revise_cards(session, match, lost, found, shown)


async def _shown(session: Session, match: Match, found: Report) -> tuple[Picture | None, Person | None]:
    """Return the picture that moderators see with a match, and who of them has decided it."""
    return await picture_of(session, found, match), await deciding_moderator(session, match)


async def _revise_cards(
    session: Session, match: Match, lost: Report, found: Report, shown: tuple[Picture | None, Person | None]
) -> None:
    claims = await _claims_on(session, match, found)
    for claim in claims:
        claimed = Claimed(claim, match, lost, found)
        await _end_reminders(session, claimed)
        if claim == claims[-1]:
            for key, reader in readers(keys.claim_card, claim.id, lost, found):
                await session.outbox.revise(key, handovers.claim_card(claimed, reader, *shown))
        else:
            await _fold_card(session, claimed)
        if found.is_listed:
            asked = handovers.said_returned_listed(claimed, shown[1])
            await session.outbox.revise(keys.said_returned(claim.id, found.kind), asked)


async def _claims_on(session: Session, match: Match, found: Report) -> list[Claim]:
    """Return a match's claims, oldest first."""
    return [claim for claim in await session.claims.on(found.id) if claim.match == match.id]


async def _fold_card(session: Session, claimed: Claimed) -> None:
    """Fold away the card of a claim after which its owner has made another one."""
    for key, reader in readers(keys.claim_card, claimed.claim.id, claimed.lost, claimed.found):
        await session.outbox.revise(key, handovers.earlier_claim_card(claimed, reader))


async def _end_reminders(session: Session, claimed: Claimed) -> None:
    """Let a claim's reminders say how it ended instead of asking about it; an undone verdict brings the words back."""
    claim = claimed.claim
    if claim.state is ClaimState.OPEN:
        return
    settings = await session.workspaces.settings_for(claimed.found.id)
    closed = handovers.claim_closed(claimed.for_deciders(), members_can_return=settings.members_can_return)
    over = replace(closed, lines=closed.lines[:1], buttons=())  # the card above says how it goes on
    await session.outbox.revise(keys.claim_reminder(claim.id, ClaimState.OPEN), over)
    if claim.state is ClaimState.ACCEPTED and rules.is_still_given(claimed.match, claimed.found):
        owners = reminders.is_it_back(claimed.match, claimed.lost, members_can_return=settings.members_can_return)
    else:
        owners = handovers.claim_decided(claimed, members_can_return=False, left=0)
    await session.outbox.revise(keys.claim_reminder(claim.id, ClaimState.ACCEPTED), owners)
