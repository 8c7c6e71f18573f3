"""What follows from changed words of a report: it is searched for anew, and where it is quoted, the new words stand."""

from dataclasses import replace
from uuid import UUID

from reunite import rules
from reunite.announce import log_lines, picture_of
from reunite.entities import Match, MatchState, PhotoState, Report, ReportKind, Why
from reunite.errors import TellUserError
from reunite.messages import notices, wording
from reunite.messages.reply import Quoted, Reply
from reunite.ports import Session


def joined(words: str, details: str) -> str:
    """Return the words of a post together with what was added to them."""
    return f"{words}\n{details}".strip()


async def reword(session: Session, report: Report, text: str, details: str) -> UUID:
    """Change a report's words, also in the threads that quote them, and return the work of looking again.

    `details` are the last part of `text`.
    """
    if len(text) > rules.MOST_TEXT:
        raise TellUserError("text_too_long", length=len(text), number=rules.MOST_TEXT)
    await session.set_text(report.id, text, details)
    changed = (await session.lock({report.id}))[report.id]
    await session.revise(f"{report.id}:post", wording.opening(changed))
    await _requote(session, f"{report.id}:answer", report, changed)
    for match in await session.matches_of(report.id):
        other = await session.report(match.found if match.lost == report.id else match.lost)
        if other:
            known = replace(match, why=_still_said(match, report, changed))
            await _reword_card(session, known, changed, other)
            await _reword_log(session, known, report, changed, other)
    return await session.add_work(report.id)


def _still_said(match: Match, before: Report, now: Report) -> tuple[Why, ...]:
    """Return a match's reasons without words that were taken out of the report."""
    said, says = before.text.casefold(), now.text.casefold()
    return tuple(each for each in match.why if (word := each.word.casefold()) in says or word not in said)


async def _reword_card(session: Session, match: Match, changed: Report, other: Report) -> None:
    if await session.is_shown(match.id, other.id):
        photos = [] if changed.sealed else await session.photos(changed.id)
        picture = next((photo.id for photo in photos if photo.state is PhotoState.STORED), None)
        card = wording.match_card(match, changed, other, picture)
        await session.revise(f"{match.id}:{other.kind}", card)


async def _reword_log(session: Session, match: Match, before: Report, changed: Report, other: Report) -> None:
    found, lost = (changed, other) if changed.kind is ReportKind.FOUND else (other, changed)
    for key, reader in log_lines(match, found, lost):
        if match.state is MatchState.UNDECIDED:
            await session.revise(key, notices.log_line(match, lost, found, reader, await picture_of(session, found)))
        else:  # what moderators made of it stands there too
            await _requote(session, key, before, changed)


async def _requote(session: Session, key: str, before: Report, now: Report) -> None:
    """Put the new words in the place of the old ones; without any, their line goes."""
    reply = await session.reply(key)
    if reply and before.text:
        await session.revise(key, _requoted(reply, Quoted(before.text), Quoted(now.text)))


def _requoted(reply: Reply, old: Quoted, new: Quoted) -> Reply:
    kept = [each for each in reply.lines if new.text or old not in each]
    return replace(reply, lines=tuple(tuple(new if span == old else span for span in each) for each in kept))
