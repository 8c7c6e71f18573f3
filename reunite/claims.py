"""Claims: a claimant gives proof, and the finder decides.

Nothing of this is public: only the finder or a moderator sees the proof and the proof question, by pressing a button.
"""

from collections.abc import Sequence

from reunite import rights, rules
from reunite.announce import overtake_first_reply
from reunite.claim_cards import post_card, revise_claim, revise_finders_card
from reunite.claim_settlement import revise_offers, show_others, withdraw_offers
from reunite.commands import Press
from reunite.entities import (
    Account,
    Claim,
    ClaimState,
    Decision,
    Match,
    MatchState,
    Report,
    ReportKind,
    ReportState,
    Workspace,
)
from reunite.errors import OnlyModeratorsError, TellUserError
from reunite.gallery import show_card
from reunite.handover import arrange
from reunite.locking import locked_match, pressed_report
from reunite.messages import handovers, keys, notices
from reunite.messages.handovers import Claimed
from reunite.messages.reply import Quoted, Reply
from reunite.moderators import can_be_told
from reunite.ports import Session, Store
from reunite.tiles import revise_tiles


class ClaimHandlers:
    """Takes claims, shows them to the people who decide, and stores their decisions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def claim(self, workspace: Workspace, press: Press) -> Reply:
        """Take the owner's proof. Raises TellUserError if nothing can be claimed."""
        async with self._store.session(workspace.community) as session:
            match, lost, found = await locked_match(session, press.subject)
            await take_claim(session, press, match, lost, found)
            if found.is_listed:
                are_told = await can_be_told(session, lost)
                return notices.listed_note("claim_sent_listed", press.language, are_told=are_told)
        return notices.note("claim_sent", press.language)

    async def see(self, workspace: Workspace, press: Press) -> Reply:
        """Show a claim to the finder or a moderator."""
        async with self._store.session(workspace.community) as session:
            claim, lost, found, match = await _claim(session, press)
            await session.prompts.note_claim_seen(claim.id)
            question = Quoted(await session.claims.proof_question(found.id), found.id)
            proof = Quoted(await session.claims.proof(claim.id), lost.id)
            rivals = await _rivals(session, match)
            return notices.claim_seen(claim, question, proof, press.language, rivals)

    async def decide(self, workspace: Workspace, press: Press, state: ClaimState) -> Reply:
        """Store the decision of the finder or a moderator, and tell the owner. Only the first decision counts."""
        async with self._store.session(workspace.community) as session:
            claim, lost, found, match = await _claim(session, press)
            if claim.state is not ClaimState.OPEN:
                return notices.note("claim_decided", press.language)
            await session.claims.set_state(claim.id, state)
            decision: Decision = "accepted" if state is ClaimState.ACCEPTED else "rejected"
            await session.verdicts.add_decision(claim.match, decision, press.target, press.member)
            settings = await session.workspaces.settings_for(found.id)
            decided = await session.claims.get(claim.id) or claim
            await _tell(session, Claimed(decided, match, lost, found), members_can_return=settings.members_can_return)
        if state is ClaimState.ACCEPTED:
            return handovers.accepted(lost, found, press.language)
        return notices.note(f"claim_{state}", press.language)

    async def set_proof_question(self, workspace: Workspace, press: Press) -> Reply:
        """Store what the finder says that only the owner can know."""
        async with self._store.session(workspace.community) as session:
            found = await pressed_report(session, press, {ReportState.OPEN}, ReportKind.FOUND)
            await session.claims.set_proof_question(found.id, press.words.strip()[: rules.MAX_PROOF])
        return notices.note("proof_question_kept", press.language)


async def take_claim(session: Session, press: Press, match: Match, lost: Report, found: Report) -> None:
    """Store a claim on a locked match with its proof, and notify the people who decide. Raises TellUserError."""
    proof = await check_claim(session, press, match, lost, found)
    for earlier in await session.claims.on(found.id):
        if earlier.match == match.id:
            await session.outbox.revise(keys.claim_again(earlier.id), handovers.claimed_again(match, lost))
            rejected = keys.claim_decision(earlier.id, ClaimState.REJECTED)
            await session.outbox.revise(rejected, handovers.answered_again(match, lost))
    claim = await session.claims.add(match.id, press.member, proof)
    await session.matches.decline(match.id, declined=False)
    match = await session.matches.get(match.id) or match
    await show_card(session, lost, match, found)
    await revise_tiles(session, found, [(match, lost)])
    await revise_finders_card(session, match, lost, found)
    await _announce(session, claim, match, lost, found)
    await withdraw_offers(session, claim.account, found)


async def check_claim(session: Session, press: Press, match: Match, lost: Report, found: Report) -> str:
    """Return the proof of a claim that can be taken. Raises TellUserError."""
    await check_claimant(session, press, match, lost, found)
    return _proof(press)


async def check_claimant(session: Session, press: Press, match: Match, lost: Report, found: Report) -> None:
    """Raise TellUserError if a member can't claim a match, whatever their proof is."""
    rights.check_press(press, lost)
    _check_shown(match, lost, found)
    if found.is_by(lost.account) and not press.is_moderator:  # a moderator may decide even their own claim
        raise OnlyModeratorsError("own_find")
    if closed := rules.why_closed(match, lost, found):
        raise TellUserError(closed)
    _check_attempts(await session.claims.on(found.id), lost.account, found)


async def _announce(session: Session, claim: Claim, match: Match, lost: Report, found: Report) -> None:
    """Show a claim in the found report's thread, and to the moderators."""
    await session.outbox.post(found.id, keys.claim(claim.id), notices.claimed(claim, match, lost, found))
    for reader in (lost, found):
        await overtake_first_reply(session, reader)
    await post_card(session, Claimed(claim, match, lost, found))


async def _tell(session: Session, claimed: Claimed, *, members_can_return: bool) -> None:
    """Announce the decision on a claim; if it's accepted, let owner and finder talk."""
    claim, match, lost, found = claimed.claim, claimed.match, claimed.lost, claimed.found
    left = rules.tries_left(await session.claims.on(found.id), claim.account)
    decided = handovers.claim_decided(claimed, members_can_return=members_can_return, left=left)
    await session.outbox.post(lost.id, keys.claim_decision(claim.id, claim.state), decided)
    await session.outbox.revise(
        keys.claim(claim.id), handovers.claim_closed(claimed, members_can_return=members_can_return)
    )
    await revise_claim(session, match.id, lost, found)
    if claim.state is ClaimState.ACCEPTED:
        await revise_offers(session, found)
        await arrange(session, claimed, members_can_return=members_can_return)
    else:
        await show_others(session, lost)


async def _rivals(session: Session, match: Match) -> list[Match]:
    """Return the matches on which others claim the same item, and still look for theirs."""
    claimed = [one for one in await session.matches.of(match.found) if one.id != match.id and rules.is_claimed(one)]
    lost = [await session.reports.get(one.lost) for one in claimed]
    return [
        one for one, report in zip(claimed, lost, strict=True) if report and not rules.has_ended_otherwise(one, report)
    ]


async def _claim(session: Session, press: Press) -> tuple[Claim, Report, Report, Match]:
    """Return a claim that the member may decide, as the finder or a moderator. Raises TellUserError."""
    claim = await session.claims.get(press.subject)
    if claim is None:
        raise TellUserError("nothing_here")
    match, lost, found = await locked_match(session, claim.match)
    rights.check_press(press, lost, found)
    claim = await session.claims.get(claim.id)  # another may have decided before the lock
    if claim is None or not claim.has_proof:
        raise TellUserError("nothing_here")
    if rules.is_over(claim, match, lost, found):
        raise TellUserError("claim_given_away" if rules.has_gone(match, found) else "claim_over")
    return claim, lost, found, match


def _check_shown(match: Match, lost: Report, found: Report) -> None:
    """Raise TellUserError for a match that the owner can't have seen (sealed, not released), or that was rejected."""
    if match.state is MatchState.REJECTED or not rules.may_show(lost, found, match):
        raise TellUserError("nothing_here")


def _proof(press: Press) -> str:
    proof = press.words.strip()
    if not proof:
        raise TellUserError("claim_empty")
    if len(proof) > rules.MAX_PROOF:
        raise TellUserError("text_too_long", length=len(proof), number=rules.MAX_PROOF)
    return proof


def _check_attempts(made: Sequence[Claim], account: Account, found: Report) -> None:
    """Raise TellUserError if someone may make no further claim, given the claims on a found report."""
    claims = [claim for claim in made if claim.account == account]
    if any(claim.state is ClaimState.ACCEPTED for claim in claims):
        raise TellUserError("claim_accepted_before")
    if any(claim.state is ClaimState.OPEN for claim in claims):
        raise TellUserError("claim_waits_listed" if found.is_listed else "claim_waits")
    if rules.tries_left(claims, account) <= 0:
        raise TellUserError("claim_too_many", number=rules.MAX_CLAIMS)
