"""A match's cards in both threads, and all else that shows it, kept up to date by every search."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from uuid import UUID

from reunite import rules
from reunite.entities import ClaimState, Match, MatchState, Report, ReportKind, lost_and_found
from reunite.matching.scoring import Results
from reunite.messages import galleries, handovers, keys, notices, wording
from reunite.messages.reply import Person, Picture, Reply
from reunite.moderators import readers
from reunite.ports import Session
from reunite.tiles import picture_of, picture_on_card


async def correct(session: Session, match: Match, lost: Report, found: Report) -> None:
    """Update what is shown of an undecided match with the latest search's result, wherever it's shown."""
    picture = await picture_of(session, found, match)
    await _correct_galleries(session, match, lost, found, picture)
    for reader, other in ((lost, found), (found, lost)):
        key = keys.card(match.id, reader.kind)
        if rules.may_show(reader, other, match) and await session.outbox.get(key):
            card = await card_of(session, reader, match, other)
            await session.outbox.revise(key, card)
            if reader is lost:
                await session.outbox.revise(keys.likelier(match.id), likelier_now(match, lost, found, card))
    for key, reader in readers(keys.log_line, match.id, lost, found):
        if await session.outbox.get(key):
            line = notices.log_line(match, lost, found, reader, picture)
            await session.outbox.revise(key, line)


async def _correct_galleries(
    session: Session, match: Match, lost: Report, found: Report, picture: Picture | None
) -> None:
    number, key = 0, keys.first_reply(lost.id)
    while shown := await session.outbox.get(key):
        with_photo = galleries.with_photo(shown, match, picture.photo if picture else None)
        await session.outbox.revise(key, galleries.refreshed(with_photo, match, found, lost.language))
        number += 1
        key = keys.further_gallery(lost.id, number)


async def fade(session: Session, report: Report, fallen: Mapping[UUID, Report]) -> None:
    """Take the label from the matches of a report that have `fallen` out of its search's results."""
    for match in await session.matches.fade(fallen):
        await correct(session, match, *lost_and_found(report, fallen[match.id]))


def fallen_out(
    results: Results, report: Report, known: Collection[Match], locked: Mapping[UUID, Report], *, sealed: bool
) -> Mapping[UUID, Report]:
    """Return which open matches, of those `known`, a search no longer has among its results, with the other report.

    A lost report's search is either of the `sealed` ones or of the rest.
    """
    fallen: dict[UUID, Report] = {}
    if not (results.is_complete and results.judges_rest):
        return fallen
    kept = {each.report for each in results.scored if each.label or each.crowded_out or not sealed}
    for match in known:
        other = locked.get(match.other_side(report.id))
        is_undecided = match.state is MatchState.UNDECIDED and not (match.declined or match.claim)
        if other is None or not (match.label and is_undecided) or other.id in kept:
            continue
        if report.kind is ReportKind.FOUND or other.sealed is sealed:
            fallen[match.id] = other
    return fallen


def likelier_now(match: Match, lost: Report, found: Report, card: Reply) -> Reply:
    """Return the news that a match is likelier now; once it isn't any more, the first words of its card instead."""
    has_ended = rules.is_answered(match, found) or rules.has_ended_otherwise(match, lost)
    if rules.always_pings(match) and not has_ended:
        return wording.likelier(match, lost, found)
    said = [line for line in card.lines if not isinstance(line[0], Person)]
    return replace(card, lines=tuple(said[:1]), picture=None, buttons=())


async def card_of(session: Session, reader: Report, match: Match, other: Report) -> Reply:
    """Return the card of a match in the thread of `reader`."""
    picture = await picture_on_card(session, reader, match, other)
    if reader.kind is ReportKind.FOUND:
        return _finders_card(reader, match, other, picture)
    if rules.has_gone(match, other):
        return handovers.closed_card("card_gone", match, reader, other)
    if match.state is MatchState.REJECTED:
        return handovers.closed_card("card_folded", match, reader, other)
    if rules.has_ended_otherwise(match, reader):
        return handovers.closed_card("card_other", match, reader, other)
    if match.state is MatchState.CONFIRMED or rules.is_claimed(match):
        is_promised = await _is_promised(session, match)
        return handovers.claimed_card(match, reader, other, picture, is_promised=is_promised)
    return wording.match_card(match, other, reader, picture, may_claim=await may_claim(session, reader, other))


def _finders_card(found: Report, match: Match, lost: Report, picture: Picture | None) -> Reply:
    if match.state is MatchState.CONFIRMED:
        return handovers.owner_has_it(match, lost, found)
    if rules.is_folded(match) or match.state is MatchState.REJECTED or rules.has_gone(match, found):
        return galleries.owner_folded(match, lost, found)
    if rules.has_ended_otherwise(match, lost):
        return handovers.owner_is_content(match, lost, found)
    return wording.match_card(match, lost, found, picture)


async def _is_promised(session: Session, match: Match) -> bool:
    """Return whether the finder has accepted another's claim, and that one still stands."""
    for other in await session.matches.of(match.found):
        if other.id != match.id and other.claim is ClaimState.ACCEPTED and rules.is_claimed(other):
            lost = await session.reports.get(other.lost)
            if lost and not lost.purged:
                return True
    return False


async def may_claim(session: Session, lost: Report, found: Report) -> bool:
    """Return whether a lost report's author has a try left to claim a found item."""
    return rules.tries_left(await session.claims.on(found.id), lost.account) > 0
