"""The cards that show moderators a claim, kept up to date until its end."""

from reunite.entities import Match, Report
from reunite.messages import handovers, keys
from reunite.messages.handovers import Claimed
from reunite.messages.reply import Person
from reunite.moderators import readers
from reunite.ports import Session
from reunite.tiles import picture_of


async def post_card(session: Session, claimed: Claimed) -> None:
    """Show a claim to the moderators, of both sides if they have a channel each."""
    picture = await picture_of(session, claimed.found, claimed.match)
    for key, reader in readers(keys.claim_card, claimed.claim.id, claimed.lost, claimed.found):
        card = handovers.claim_card(claimed, reader, picture, None)
        await session.outbox.post(reader.id, key, card, audience="moderators")


async def revise_cards(
    session: Session, match: Match, lost: Report, found: Report, moderator: Person | None = None
) -> None:
    """Bring the cards of a match's claims up to date."""
    picture = await picture_of(session, found, match)
    for claim in await session.claims.on(found.id):
        if claim.match == match.id:
            claimed = Claimed(claim, match, lost, found)
            for key, reader in readers(keys.claim_card, claim.id, lost, found):
                await session.outbox.revise(key, handovers.claim_card(claimed, reader, picture, moderator))
