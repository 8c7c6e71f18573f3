"""A report's search: find candidates, score them, and announce what came up, in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from reunite import rules, sample_threads
from reunite.announce import announce, announce_sealed, save_matches
from reunite.entities import PhotoState, Report, ReportKind, ReportState
from reunite.matching.evidence import MAX_CANDIDATES, Candidate, Search
from reunite.matching.features import names_nothing
from reunite.matching.scoring import Results, ScoredCandidate, judges_rest, score
from reunite.matching.shortlist import shortlist
from reunite.matching.weights import ScoringModel
from reunite.ports import Session

_MAX_FOUND: Final = 4 * rules.MAX_TILES
"""How many found reports a look shows, over several pages."""


async def search_and_announce(
    session: Session, report: Report, model: ScoringModel, *, is_complete: bool, search: Search | None = None
) -> Sequence[ScoredCandidate] | None:
    """Search for an open report's matches and return the candidates, None if there was no search.

    `report` was read in this transaction, and `search`, if any, was made in it. A complete report that has no text and
    no usable photo is withdrawn.
    """
    if report.state is ReportState.LOOK and is_complete:
        await answer_look(session, report, model, search)
    if report.state is not ReportState.OPEN:
        return None
    if not await _is_searchable(session, report):
        if is_complete:
            await session.reports.set_state(report.id, ReportState.WITHDRAWN)
        return None
    if report.sample and not await sample_threads.show_post(session, report):
        return None
    search = without_unknown(search or await session.candidates.search(report, MAX_CANDIDATES))
    results = await _results(session, report, score(search, model), is_complete=is_complete)
    await announce(session, report, search, results)
    if report.kind is ReportKind.LOST and await session.candidates.has_sealed():
        # Separately, so that nothing public depends on sealed reports: no count, rare word or probability.
        sealed = await session.candidates.search(report, MAX_CANDIDATES, sealed=True)
        likely = await _results(session, report, score(sealed, model), is_complete=is_complete)
        await announce_sealed(session, report, likely)
    if report.sample:
        await sample_threads.search_for_lost(session, report)
    return results.scored


async def answer_look(session: Session, look: Report, model: ScoringModel, search: Search | None) -> None:
    """Store the matches nearest to a look. Nobody is notified; the author's platform asks for them."""
    search = without_unknown(search or await session.candidates.search(look, MAX_CANDIDATES))
    ranked = await without_ruled_out(session, look, score(search, model))
    await save_matches(session, look, shortlist(ranked, _MAX_FOUND))
    await session.reports.mark_first_reply(look.id)


def without_unknown(search: Search) -> Search:
    """Leave out finds whose photos and words don't say what they are: nobody can tell whether one is theirs."""
    known = tuple(each for each in search.candidates if not _is_unknown(each))
    return replace(search, candidates=known, open_count=search.open_count - len(search.candidates) + len(known))


def _is_unknown(candidate: Candidate) -> bool:
    item, is_shown = candidate.item, bool(candidate.photo or candidate.item.colours)
    return item.kind is ReportKind.FOUND and not is_shown and names_nothing(item)


async def without_ruled_out(
    session: Session, report: Report, ranked: Sequence[ScoredCandidate]
) -> list[ScoredCandidate]:
    """Leave out candidates that were rejected or declined before, for this report or another by the same author."""
    ruled_out = await session.matches.ruled_out(report.id)
    return [candidate for candidate in ranked if candidate.report not in ruled_out]


async def _results(
    session: Session, report: Report, ranked: Sequence[ScoredCandidate], *, is_complete: bool
) -> Results:
    return Results(await without_ruled_out(session, report, ranked), is_complete, judges_rest(ranked))


async def _is_searchable(session: Session, report: Report) -> bool:
    return bool(report.text) or any(photo.state is PhotoState.STORED for photo in await session.photos.of(report.id))
