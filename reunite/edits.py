"""Edits of a report's text: it's searched again, and every reply that quotes it shows the new text."""

from dataclasses import replace
from uuid import UUID

from reunite import rules
from reunite.announce import card_of
from reunite.claim_cards import revise_log
from reunite.entities import Match, Report, ReportKind, Why
from reunite.errors import TellUserError
from reunite.messages import galleries, keys
from reunite.ports import Session
from reunite.report_posts import revise_post
from reunite.text.brands import brands_in


def joined(words: str, details: str) -> str:
    """Return a post's text together with the added details."""
    return f"{words}\n{details}".strip()


async def reword(session: Session, report: Report, text: str, details: str) -> UUID:
    """Change a report's text, which ends with `details`, also where it's quoted; return the work of searching again."""
    if len(text) > rules.MAX_TEXT:
        raise TellUserError("text_too_long", length=len(text), number=rules.MAX_TEXT)
    await session.reports.set_text(report.id, text, details)
    changed = (await session.reports.lock({report.id}))[report.id]
    if report.text:
        for key, reply in (await session.outbox.quoting(report.id)).items():
            await session.outbox.revise(key, reply.requoted(report.id, report.text, text))
    await revise_post(session, changed)
    for match in await session.matches.of(report.id):
        other = await session.reports.get(match.found if match.lost == report.id else match.lost)
        if other:
            why = still_true(match.why, report.text, changed.text)
            await session.matches.set_why(match.id, why)  # or the words would come back when the other side changes
            await _rewrite(session, replace(match, why=why), changed, other)
    return await search_again(session, report)


async def search_again(session: Session, report: Report) -> UUID:
    """Return the work of searching again after an author's change, which also ends the quiet of a past post."""
    await session.reports.end_quiet(report.id)
    return await session.work.add(report.id)


async def _rewrite(session: Session, match: Match, changed: Report, other: Report) -> None:
    """Rewrite a match's card and its lines for moderators, without reasons that the new words don't give."""
    is_folded = match.declined and other.kind is ReportKind.LOST
    if not is_folded and await session.matches.is_shown(match.id, other.id):
        await session.outbox.revise(keys.card(match.id, other.kind), await card_of(session, other, match, changed))
    found, lost = (changed, other) if changed.kind is ReportKind.FOUND else (other, changed)
    for key, reply in (await session.outbox.quoting(lost.id)).items():
        await session.outbox.revise(key, galleries.refreshed(reply, match, found, lost.language))
    await revise_log(session, match, lost, found)


def still_true(whys: tuple[Why, ...], before: str, now: str) -> tuple[Why, ...]:
    """Return the reasons that still hold: no words that a text no longer has, no brands that it names only now."""
    return tuple(why for why in whys if _is_still_true(why, before, now))


def _is_still_true(why: Why, before: str, now: str) -> bool:
    if why.aspect == "brand":
        return (why.word in brands_in(before)) == (why.word in brands_in(now))
    word = why.word.casefold()
    return word in now.casefold() or word not in before.casefold()
