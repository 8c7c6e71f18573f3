"""Edits of a report's text: it's searched again, and every reply that quotes it shows the new text."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from reunite import rules
from reunite.claim_cards import revise_log
from reunite.entities import Match, Report, ReportKind, Why, lost_and_found
from reunite.errors import TellUserError
from reunite.match_cards import card_of
from reunite.messages import galleries, keys
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Reply
from reunite.ports import Session
from reunite.report_posts import revise_post
from reunite.text.brands import brands_in
from reunite.tiles import Pair


def joined(words: str, details: str) -> str:
    """Return a post's text together with the added details."""
    return f"{words}\n{details}".strip()


async def reword(session: Session, report: Report, text: str, details: str) -> UUID:
    """Change a report's text, which ends with `details`, also where it's quoted; return the work of searching again."""
    if len(text) > rules.MAX_TEXT:
        raise TellUserError("text_too_long", length=len(text), number=rules.MAX_TEXT)
    await session.reports.set_text(report.id, text, details)
    changed = (await session.reports.lock({report.id}))[report.id]
    pairs = await _corrected_pairs(session, report, changed)
    quoting = await session.outbox.quoting(report.id)
    for key, reply in quoting.items():
        reworded = _reworded(reply, report, changed, pairs)
        if reworded != reply:
            await session.outbox.revise(key, reworded)
    await revise_post(session, changed)
    for match, other in pairs:
        await _rewrite(session, match, changed, other, quoting)
    return await search_again(session, report)


async def search_again(session: Session, report: Report) -> UUID:
    """Return the work of searching again after an author's change, which also ends the quiet of a past post."""
    await session.reports.note_change(report.id)
    return await session.work.add(report.id)


async def _corrected_pairs(session: Session, before: Report, changed: Report) -> list[Pair]:
    """Return a report's matches without the reasons that its new words don't give, each with its other side."""
    matches = {match.other_side(before.id): match for match in await session.matches.of(before.id)}
    pairs = []
    for other_id, other in (await session.reports.by_ids(matches)).items():
        match = matches[other_id]
        why = still_true(match.why, before.text, changed.text)
        if why != match.why:
            await session.matches.set_why(match.id, why)  # or the words would come back when the other side changes
        pairs.append((replace(match, why=why), other))
    return pairs


def _reworded(reply: Reply, before: Report, changed: Report, pairs: Sequence[Pair]) -> Reply:
    """Return a reply that quotes a report with the new words, and a gallery with its matches' lines up to date."""
    if before.text:
        reply = reply.requoted(changed.id, before.text, changed.text)
    for match, other in pairs:
        lost, found = lost_and_found(changed, other)
        reply = galleries.refreshed(reply, match, found, lost.language)
    return reply


async def _rewrite(
    session: Session, match: Match, changed: Report, other: Report, quoting: Collection[ReplyKey]
) -> None:
    """Rewrite a match's card and its lines for moderators where there are any, `quoting` the changed report.

    Most matches were only the closest others: nothing is written about them.
    """
    is_folded = match.declined and other.kind is ReportKind.LOST
    card = keys.card(match.id, other.kind)
    if card in quoting and not is_folded:
        await session.outbox.revise(card, await card_of(session, other, match, changed))
    if match.claim or any(keys.log_line(match.id, reader) in quoting for reader in ReportKind):
        lost, found = lost_and_found(changed, other)
        await revise_log(session, match, lost, found)


def still_true(whys: tuple[Why, ...], before: str, now: str) -> tuple[Why, ...]:
    """Return the reasons that still hold: no words that a text no longer has, no brands that it names only now."""
    return tuple(why for why in whys if _is_still_true(why, before, now))


def _is_still_true(why: Why, before: str, now: str) -> bool:
    if why.aspect == "brand":
        return (why.word in brands_in(before)) == (why.word in brands_in(now))
    word = why.word.casefold()
    return word in now.casefold() or word not in before.casefold()
