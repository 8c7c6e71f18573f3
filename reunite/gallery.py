"""Galleries: the found reports nearest to a lost one, shown to its owner, and what the owner says about them."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from reunite import rights, rules
from reunite.claim_cards import revise_finders_card, revise_owners_card
from reunite.claim_settlement import withdraw_claim
from reunite.commands import Press
from reunite.entities import Match, MatchState, Report, ReportKind, ReportState, Workspace
from reunite.errors import TellUserError
from reunite.locking import locked_match, pressed_report
from reunite.match_cards import card_of, may_claim
from reunite.messages import galleries, keys, notices, wording
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Reply, Tile
from reunite.ports import Session, Store
from reunite.tiles import Pair, revise_tiles, tiles_of, viewable_pairs


class GalleryHandlers:
    """Takes what an owner says about a gallery or about the card of a match."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def photos(self, workspace: Workspace, reply: Reply) -> list[bytes | None]:
        async with self._store.session(workspace.community) as session:
            return [await session.photos.stored_copy(tile.photo) if tile.photo else None for tile in reply.gallery]

    async def pick(self, workspace: Workspace, press: Press) -> Reply:
        """Give a found report of a gallery a card of its own. Raises TellUserError."""
        async with self._store.session(workspace.community) as session:
            match, lost, found = await _owned_match(session, press)
            if closed := rules.why_closed(match, lost, found):
                raise TellUserError(closed)
            await session.matches.pick(match.id)
            match = replace(match, declined=False)
            await show_card(session, lost, match, found)
            await revise_tiles(session, found, [(replace(match, picked=True), lost)])
        return notices.note("picked", press.language)

    async def none_of_these(self, workspace: Workspace, press: Press) -> Reply:
        """Decline all of the latest gallery and show the next one. Raises TellUserError."""
        async with self._store.session(workspace.community) as session:
            lost = await pressed_report(session, press, {ReportState.OPEN}, ReportKind.LOST)
            number, key, gallery = await _latest(session, lost.id)
            if number and not await session.outbox.is_sent(key):
                return notices.note("none_of_these", press.language)  # they mean the gallery before, once again
            for tile in gallery.gallery:
                await _decline(session, lost, tile)
            await session.outbox.revise(key, galleries.closed_gallery(lost, len(gallery.gallery)))
            if lost.question_answer is None and len(await _open_matches(session, lost)) < 2:  # noqa: PLR2004 - to tell apart
                await session.outbox.revise(keys.question(lost.id), wording.question_over(lost))
            await _show_next(session, lost, number + 1)
        return notices.note("none_of_these" if len(gallery.gallery) > 1 else "left_out", press.language)

    async def none_fits(self, workspace: Workspace, press: Press) -> Reply:
        """Decline all matches that the question is about, and show the next candidate. Raises TellUserError."""
        async with self._store.session(workspace.community) as session:
            lost = await pressed_report(session, press, {ReportState.OPEN}, ReportKind.LOST)
            for match, found in await _open_matches(session, lost):
                await _fold(session, match, lost, found)
                await revise_tiles(session, found, [(replace(match, declined=True), lost)])
            await session.outbox.revise(keys.question(lost.id), wording.question_over(lost))
            await _show_next_card(session, lost)
        return notices.note("none_of_these", press.language)

    async def not_mine(self, workspace: Workspace, press: Press) -> Reply:
        """Decline a match, fold its card away and show the next candidate. A claim on it is withdrawn.

        Raises TellUserError.
        """
        async with self._store.session(workspace.community) as session:
            match, lost, found = await _owned_match(session, press)
            if match.state is MatchState.CONFIRMED:
                raise TellUserError("report_closed")
            if rules.is_claimed(match):
                await withdraw_claim(session, match, lost, found)
            may_try = await _fold(session, match, lost, found)
            await revise_tiles(session, found, [(replace(match, declined=True), lost)])
            if lost.state is ReportState.OPEN:
                await _show_next_card(session, lost)
        return notices.declined(match, press.language, may_claim=may_try)


async def _open_matches(session: Session, lost: Report) -> list[Pair]:
    """Return the labelled matches that the owner hasn't declined."""
    return [pair for pair in await viewable_pairs(session, lost) if pair[0].label and not pair[0].declined]


async def show_card(session: Session, reader: Report, match: Match, other: Report) -> None:
    """Show a match in the thread of someone who has just pressed a button, or bring its card up to date."""
    card = await card_of(session, reader, match, other)
    key = keys.card(match.id, reader.kind)
    if not await session.outbox.post(reader.id, key, card, ping="never"):
        await revise_owners_card(session, match, reader, other, card)


async def _owned_match(session: Session, press: Press) -> tuple[Match, Report, Report]:
    match, lost, found = await locked_match(session, press.subject)
    rights.check_press(press, lost)
    if not rules.may_show(lost, found, match):
        raise TellUserError("nothing_here")
    return match, lost, found


async def _latest(session: Session, lost: UUID) -> tuple[int, ReplyKey, Reply]:
    """Return how many galleries followed a lost report's first, and the latest. Raises TellUserError if it's closed."""
    quoting = await session.outbox.quoting(lost)
    number = 0
    while keys.further_gallery(lost, number + 1) in quoting:
        number += 1
    key = keys.further_gallery(lost, number) if number else keys.first_reply(lost)
    if key not in quoting or not quoting[key].gallery:
        raise TellUserError("nothing_here")
    return number, key, quoting[key]


async def _decline(session: Session, lost: Report, tile: Tile) -> None:
    match = await session.matches.get(tile.match)
    if match is None or match.state is not MatchState.UNDECIDED or rules.is_claimed(match):
        return
    if found := await session.reports.get(match.found):
        await _fold(session, match, lost, found)


async def _fold(session: Session, match: Match, lost: Report, found: Report) -> bool:
    """Decline a match and fold its card away; return whether the owner may still claim it."""
    await session.matches.decline(match.id, declined=True)
    may_try = await may_claim(session, lost, found)
    folded = galleries.folded_card(match, lost, found, may_claim=may_try)
    declined = replace(match, declined=True)
    await revise_owners_card(session, declined, lost, found, folded)
    await revise_finders_card(session, declined, lost, found)
    return may_try


async def _locked(session: Session, lost: Report, pairs: Sequence[Pair]) -> list[Pair]:
    """Lock found reports that are about to be shown: one that is withdrawn meanwhile would otherwise stay visible."""
    locked = await session.reports.lock({found.id for _, found in pairs})
    return [
        (match, locked[found.id])
        for match, found in pairs
        if found.id in locked and rules.may_be_in_gallery(lost, locked[found.id], match)
    ]


async def _show_next(session: Session, lost: Report, number: int) -> None:
    pairs = await _locked(session, lost, (await viewable_pairs(session, lost))[: rules.MAX_TILES])
    if pairs:
        gallery = galleries.next_gallery(lost, pairs, await tiles_of(session, pairs))
        await session.outbox.post(lost.id, keys.further_gallery(lost.id, number), gallery)
    else:
        await session.outbox.post(lost.id, keys.watching(lost.id), galleries.still_watching(lost))


async def _show_next_card(session: Session, lost: Report) -> None:
    pairs = await viewable_pairs(session, lost)
    for match, found in pairs:
        if not await session.outbox.is_shown(match.id, lost.id):
            for _, locked in await _locked(session, lost, [(match, found)]):
                await show_card(session, lost, match, locked)
                return
    if not pairs:  # no other card waits for an answer
        await session.outbox.post(lost.id, keys.watching(lost.id), galleries.still_watching(lost))
