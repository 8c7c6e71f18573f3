"""What a search leads to: pairs written down, and each thread told of a pair once."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from reunite import rules
from reunite.entities import Label, Match, MatchState, PhotoState, Question, Report, ReportKind, ReportState
from reunite.matching.evidence import Search
from reunite.matching.question import choose
from reunite.matching.scoring import ScoredCandidate
from reunite.messages import notices, wording
from reunite.messages.reply import Reply
from reunite.ports import ScoredPair, Session


async def announce(
    session: Session, report: Report, search: Search, scored: Sequence[ScoredCandidate], *, percent: bool
) -> None:
    """Write the scored pairs and put what the threads are to be told into the outbox, in one transaction.

    The keys of the outbox absorb that both sides of a pair may find it, at the same moment or at a later search.
    """
    searched = report  # as this search knows it
    locked = await session.lock({report.id, *(scored.report for scored in scored)})
    report = locked.get(report.id, replace(report, state=ReportState.WITHDRAWN))  # its workspace may have gone
    said = report.said
    if report.state is not ReportState.OPEN or (said, report.text) != (searched.said, searched.text):
        return  # it has ended since the search began, as others may have; or another search knows more
    locked = {each: other for each, other in locked.items() if other.state is ReportState.OPEN}
    scored = [each for each in scored if each.report in locked]
    known = {match.id: (match.label, match.why) for match in await session.matches_of(report.id)}
    matches = {
        scored.report: await session.save_match(_pair(report, scored, percent=percent)) for scored in _ordered(scored)
    }
    labelled = [
        (matches[each.report], locked[each.report])
        for each in scored
        if each.label and matches[each.report].state is MatchState.UNDECIDED
    ]
    shown = [(match, other) for match, other in labelled if rules.may_be_told(report, other, match)]
    if not report.answered:
        await _answer(session, report, len(shown), search.open_count)
    elif said:
        await session.post(report.id, f"{report.id}:thanks", wording.thanks(report, shown))
    for match, other in labelled:
        if known.get(match.id, (match.label, match.why)) != (match.label, match.why):
            await _correct(session, match, report, other)
        await _tell(session, report, match, other)
        # A search for a loss disturbs a finder only when it is sure; a new find is news to all who may have lost it.
        if report.kind is ReportKind.FOUND or match.label is Label.HIGH:
            await _tell(session, other, match, report)
        await tell_moderators(session, report, match, other)
    if report.kind is ReportKind.LOST and report.question is None:
        open_ones = {other.id for _, other in shown if not other.sealed}  # an answer would tell what is in its photo
        await _ask(session, report, choose(search, [each for each in scored if each.report in open_ones]))


async def announce_sealed(
    session: Session, report: Report, ranked: Sequence[ScoredCandidate], *, percent: bool
) -> None:
    """Show the moderators, and nobody else, which sealed finds may be the thing that a loss is about."""
    locked = await session.lock({report.id, *(each.report for each in ranked)})
    locked = {each: known for each, known in locked.items() if known.state is ReportState.OPEN}
    if report.id not in locked:
        return
    for scored in _ordered(ranked):
        found = locked.get(scored.report)
        if scored.label and found and found.sealed:
            match = await session.save_match(_pair(report, scored, percent=percent))
            if match.state is MatchState.UNDECIDED and not match.released:
                await tell_moderators(session, report, match, found)


async def tell_moderators(
    session: Session, report: Report, match: Match, other: Report, *, claimed: bool = False
) -> None:
    """Put a match into the moderators' channel, of both sides where they have one each.

    Moderators have no time: there are only matches that are sure, claimed, or that the threads don't show to all.
    """
    found, lost = (report, other) if report.kind is ReportKind.FOUND else (other, report)
    if match.label is Label.HIGH or claimed or found.sealed or lost.private:
        picture = await picture_of(session, found)
        for key, reader in log_lines(match, found, lost):
            line = notices.log_line(match, lost, found, reader, picture)
            await session.post(reader.id, key, line, audience="moderators")


def log_lines(match: Match, found: Report, lost: Report) -> list[tuple[str, Report]]:
    """Return the lines of a match in the moderators' channels: each one's key, and the report of its workspace."""
    lines = [(f"{match.id}:log", found)]
    if (lost.target.platform, lost.target.workspace) != (found.target.platform, found.target.workspace):
        lines.append((f"{match.id}:log:lost", lost))
    return lines


async def tell_released(session: Session, match: Match, lost: Report, found: Report) -> None:
    """Let the owner know of a sealed find, once a moderator has released the match."""
    await _tell(session, lost, match, found)
    await _tell(session, found, match, lost)


async def _ask(session: Session, report: Report, question: Question | None) -> None:
    if question:
        await session.ask(report.id, question)
        await session.post(report.id, f"{report.id}:question", wording.question(report, question))


def _ordered(scored: Sequence[ScoredCandidate]) -> Sequence[ScoredCandidate]:
    """Order pairs as every search does, so that two that write the same pairs can't wait for each other in a circle."""
    return sorted(scored, key=lambda scored: scored.report)


async def _answer(session: Session, report: Report, matches: int, searched: int) -> None:
    if report.sealed:
        await session.post(report.id, f"{report.id}:answer", wording.sealed_kept(report))
    elif not matches:
        await session.post(report.id, f"{report.id}:answer", wording.nothing(report, searched))
    elif report.kind is ReportKind.LOST:
        await session.post(report.id, f"{report.id}:answer", wording.answer(report, matches, searched))
    await session.mark_answered(report.id)


async def _tell(session: Session, reader: Report, match: Match, other: Report) -> None:
    if rules.may_be_told(reader, other, match):
        await session.post(reader.id, f"{match.id}:{reader.kind}", await _card(session, reader, match, other))


async def _correct(session: Session, match: Match, report: Report, other: Report) -> None:
    """Let the cards of a match that were shown before say what this search has seen."""
    for reader, shown in ((report, other), (other, report)):
        if rules.may_be_told(reader, shown, match):
            await session.revise(f"{match.id}:{reader.kind}", await _card(session, reader, match, shown))


async def _card(session: Session, reader: Report, match: Match, other: Report) -> Reply:
    picture = None if other.sealed else await picture_of(session, other)
    return wording.match_card(match, other, reader, picture)


async def picture_of(session: Session, report: Report) -> UUID | None:
    """Return the photo to show of a report: its first."""
    return next((photo.id for photo in await session.photos(report.id) if photo.state is PhotoState.STORED), None)


def _pair(report: Report, scored: ScoredCandidate, *, percent: bool) -> ScoredPair:
    lost, found = (report.id, scored.report) if report.kind is ReportKind.LOST else (scored.report, report.id)
    return ScoredPair(
        lost,
        found,
        scored.probability,
        scored.label,
        scored.why,
        evidence=dict(scored.evidence),
        percent=percent,
    )
