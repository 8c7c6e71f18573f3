"""Giving an item back once a claim is accepted: the conversation of owner and finder, and their statements."""

from dataclasses import replace
from uuid import UUID

from reunite import rights, rules
from reunite.claim_settlement import how_to_pick_up, revise_claims, revise_conversations
from reunite.commands import Press
from reunite.entities import Claim, ClaimState, Handover, Match, MatchState, ReportKind, Whereabouts, Workspace
from reunite.errors import TellUserError
from reunite.locking import lock_sides, locked_match, pressed_report
from reunite.messages import handovers, keys, notices
from reunite.messages.handovers import Claimed
from reunite.messages.reply import Reply
from reunite.moderators import can_be_told
from reunite.ports import Queue, Session, Store
from reunite.verdicts import Change, settle


class HandoverHandlers:
    """Takes what the owner and the finder say about giving it back."""

    def __init__(self, store: Store, queue: Queue) -> None:
        self._store = store
        self._queue = queue

    async def got_back(self, workspace: Workspace, press: Press) -> Reply:
        """Take the owner's statement that they have it; a second press withdraws it. Raises TellUserError."""
        return await self._say(workspace, press, ReportKind.LOST)

    async def handed_over(self, workspace: Workspace, press: Press) -> Reply:
        """Take the finder's statement that they gave it; a second press withdraws it. Raises TellUserError."""
        return await self._say(workspace, press, ReportKind.FOUND)

    async def tell_whereabouts(self, workspace: Workspace, press: Press) -> Reply:
        """Store where a found item is. Raises TellUserError."""
        place, code = press.words.strip()[: rules.MAX_PLACE], press.code.strip()[: rules.MAX_CODE]
        if code and not place:
            raise TellUserError("whereabouts_place")
        async with self._store.session(workspace.community) as session:
            found = await pressed_report(session, press, rules.IN_PROGRESS, ReportKind.FOUND)
            await session.claims.set_whereabouts(found.id, Whereabouts(place, code))
            await revise_conversations(session, found)
        return notices.note("whereabouts_kept", press.language)

    async def where_is_it(self, workspace: Workspace, press: Press) -> Reply:
        """Show the owner, the finder or a moderator where a found item is. Raises TellUserError."""
        async with self._store.session(workspace.community) as session:
            sides = await _accepted(session, press)
            rights.check_press(press, sides.lost, sides.found)
            whereabouts = await session.claims.whereabouts(sides.found.id)
        return handovers.where_it_is(whereabouts, sides.found, press.language)

    async def _say(self, workspace: Workspace, press: Press, speaker: ReportKind) -> Reply:
        async with self._store.session(workspace.community) as session:
            sides = await _accepted(session, press)
            rights.check_press(press, sides.lost, sides.found)
            settings = await session.workspaces.settings_for(sides.found.id)
            before = sides.match.handover
            has_spoken = before.got_back if speaker is ReportKind.LOST else before.handed_over
            handover = _with_statement(before, speaker, given=not has_spoken)
            returned = rules.is_returned(
                settings.returned_by, got_back=handover.got_back, handed_over=handover.handed_over
            )
            handover = replace(handover, returned=returned)
            await session.matches.note_handover(sides.match.id, handover)
            log = await session.verdicts.of(sides.match.id)
            state = rules.match_state(log, returned=returned)
            now = replace(sides.match, handover=handover, state=state)
            change = Change(now, sides.match.state, (sides.lost, sides.found), None, press.key)
            work = await settle(session, change)
            if state is sides.match.state:  # else that's done
                await revise_claims(session, sides.found)
            await _ask_other_side(session, replace(sides, match=now), speaker, given=not has_spoken)
            are_told = await can_be_told(session, sides.lost)
        for report in work:
            await self._queue.hint(report)
        note = _note(state, given=not has_spoken, counts=state is not sides.match.state)
        if note == "word_waits" and sides.found.is_listed:
            return notices.listed_note("word_waits_listed", press.language, are_told=are_told)
        return notices.note(note, press.language)


async def arrange(session: Session, claimed: Claimed, *, members_can_return: bool) -> None:
    """Let owner and finder talk once a claim is accepted."""
    if not claimed.lost.shares_workspace_with(claimed.found):
        await announce_no_conversation(session, claimed)
        return
    whereabouts = await session.claims.whereabouts(claimed.found.id)
    begun = handovers.conversation(claimed, whereabouts, members_can_return=members_can_return)
    await session.outbox.post(claimed.lost.id, keys.conversation(claimed.claim.id), begun, audience="pair")


async def note_no_conversation(session: Session, match: UUID) -> None:
    """Say that the platform couldn't open the conversation about a match, unless its claim was withdrawn."""
    known = await session.matches.get(match)
    if known:
        lost, found = await lock_sides(session, known)
        if claim := await _accepted_claim(session, known):
            await announce_no_conversation(session, Claimed(claim, known, lost, found))


async def announce_no_conversation(session: Session, claimed: Claimed) -> None:
    """Say in both threads that no conversation could be opened, and ask the moderators to help: once for each claim.

    Where an item of a list is kept is often known: then there's nothing to ask them.
    """
    claim, match, lost, found = claimed.claim, claimed.match, claimed.lost, claimed.found
    pick_up = await how_to_pick_up(session, lost, found)
    for reader in (lost, found):
        reply = handovers.no_conversation(match, reader, found, pick_up)
        await session.outbox.post(reader.id, keys.no_conversation(claim.id, reader.kind), reply)
    if found.is_listed and pick_up == "known":
        return
    key = keys.no_conversation(claim.id, "moderators")
    asked = lost if found.is_listed else found  # a list has no moderators of its own
    await session.outbox.post(asked.id, key, handovers.help_needed(match, lost, found), audience="moderators")


async def _accepted(session: Session, press: Press) -> Claimed:
    """Return an accepted claim that still counts, its reports locked. Raises TellUserError if there's none."""
    match, lost, found = await locked_match(session, press.subject)
    claim = await _accepted_claim(session, match)
    if claim is None or not rules.is_still_given(match, found):
        raise TellUserError("nothing_here")
    if not {lost.state, found.state} <= rules.RETURNABLE:
        raise TellUserError("report_closed")
    return Claimed(claim, match, lost, found)


async def _accepted_claim(session: Session, match: Match) -> Claim | None:
    claims = await session.claims.on(match.found)
    return next((claim for claim in claims if claim.match == match.id and claim.state is ClaimState.ACCEPTED), None)


def _with_statement(handover: Handover, speaker: ReportKind, *, given: bool) -> Handover:
    return replace(handover, got_back=given) if speaker is ReportKind.LOST else replace(handover, handed_over=given)


def _note(state: MatchState, *, given: bool, counts: bool) -> str:
    """Return the key of what the speaker reads; `counts` says that their statement has changed the state."""
    if not given:
        return "word_back"
    if state is MatchState.UNDECIDED:
        return "word_waits"
    return "word_counts" if counts else f"match_{state}"


async def _ask_other_side(session: Session, sides: Claimed, speaker: ReportKind, *, given: bool) -> None:
    """Ask the other side whether it's right, unless it has said so already; tell it if the statement is withdrawn.

    A list can't answer, so moderators are asked about its items.
    """
    match = sides.match
    if sides.found.is_listed:
        await _ask_moderators(session, sides)
        return
    reader = sides.found if speaker is ReportKind.LOST else sides.lost
    key = keys.said_returned(sides.claim.id, reader.kind)
    if not given:
        await session.outbox.revise(key, handovers.said_returned_withdrawn(match, reader))
    elif match.state is MatchState.UNDECIDED:
        asked = handovers.said_returned(match, reader)
        if not await session.outbox.post(reader.id, key, asked):
            await session.outbox.revise(key, asked)


async def _ask_moderators(session: Session, sides: Claimed) -> None:
    """Ask moderators to confirm that the owner of a list's item has it back, or show that they have withdrawn that."""
    key, asked = keys.said_returned(sides.claim.id, ReportKind.FOUND), handovers.said_returned_listed(sides, None)
    is_waiting = sides.match.state is MatchState.UNDECIDED and sides.match.handover.got_back
    if not (is_waiting and await session.outbox.post(sides.lost.id, key, asked, audience="moderators")):
        await session.outbox.revise(key, asked)
