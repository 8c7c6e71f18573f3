"""Announces a search's result: stores the matches, and writes one message about each match in each thread."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from reunite import rules
from reunite.entities import (
    Label,
    Match,
    MatchState,
    PhotoState,
    Report,
    ReportKind,
    ReportState,
    lost_and_found,
)
from reunite.match_cards import card_of, correct, fade, fallen_out
from reunite.matching.evidence import Search
from reunite.matching.features import names_nothing
from reunite.matching.question import choose
from reunite.matching.scoring import Results, ScoredCandidate
from reunite.matching.shortlist import shortlist
from reunite.messages import galleries, keys, notices, photo_hints, wording
from reunite.messages.reply import Reply, Tile
from reunite.moderators import readers
from reunite.ports import Ping, ScoredPair, Session
from reunite.report_posts import revise_post
from reunite.tiles import Pair, leaves_something_out, picture_of, tiles_of


@dataclass(frozen=True, slots=True)
class _Result:
    """What a search has found for a report's own thread."""

    shown: Sequence[Pair]
    """Labelled matches that the thread shows, without what its author has claimed."""
    nearest: Sequence[Pair]
    searched: int
    has_claimed: bool
    leaves_out: bool = False
    """Whether nothing is shown, and open items were left out because they aren't this person's."""
    names_nothing: bool = False
    """Whether a report says and shows nothing to search for, and nothing is a match all the same."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """A search's result as it was stored: the report and its candidates as they are once locked."""

    report: Report
    scored: Sequence[ScoredCandidate]
    """The candidates that are still open."""
    others: Mapping[UUID, Report]
    matches: Mapping[UUID, Match]
    """The candidates' matches, by their reports."""
    known: Mapping[UUID, Match]
    """The report's earlier matches as they were before this search, by their ids."""
    unjudged: frozenset[UUID]
    """Candidates that this search says nothing new about: their matches stay as they were."""

    def labelled(self) -> list[Pair]:
        """Return the matches that may be announced, unless something was decided about them."""
        named = [candidate.report for candidate in self.scored if candidate.label]
        pairs = [(self.matches[other], self.others[other]) for other in named]
        return [(match, other) for match, other in pairs if match.state is MatchState.UNDECIDED]


async def announce(session: Session, report: Report, search: Search, results: Results) -> None:
    """Store the scored pairs and queue what the threads should show, in one transaction.

    Both sides of a pair may find it, at once or in a later search: the keys of the outbox keep replies from repeating.
    """
    stored = await _locked_and_saved(session, report, results)
    if stored is None:
        return  # it has ended, or has changed since: a later search knows more
    report = stored.report
    found = await _result(session, stored, search)
    await revise_post(session, report)  # its photos can be shown now
    if not (report.quiet or report.kind_in_doubt):
        await _reply(session, report, found)
    await _show_labelled(session, stored)
    await fade(session, report, fallen_out(results, report, stored.known.values(), stored.others, sealed=False))
    if not (report.quiet or report.kind_in_doubt or found.has_claimed):
        await _ask(session, stored, search, found.shown)


async def announce_sealed(session: Session, report: Report, results: Results) -> None:
    """Show the moderators, and nobody else, which sealed reports may match a lost report."""
    locked = await _lock_open(session, report, results.scored)
    if report.id not in locked or not _is_unchanged(report, locked[report.id]):
        return
    known = {match.id: match for match in await session.matches.of(report.id)}
    found = {known.id: known for known in locked.values() if known.sealed}
    likely = [scored for scored in results.scored if scored.label and scored.report in found]
    for report_id, match in (await save_matches(session, report, likely)).items():
        if match.state is MatchState.UNDECIDED:
            if match.id in known:
                await correct(session, match, report, found[report_id])
            if not match.released:
                await log_match(session, match, report, found[report_id])
    await fade(session, report, fallen_out(results, report, known.values(), locked, sealed=True))


async def log_match(session: Session, match: Match, report: Report, other: Report) -> None:
    """Show a match in the moderators' channel: in both workspaces' channels if the two reports are of different ones.

    Moderators are busy: they get only matches that are sure, or that the threads don't show to everyone. A claim has
    a card of its own (reunite/claim_cards.py).
    """
    lost, found = lost_and_found(report, other)
    if match.label is Label.HIGH or found.sealed or lost.private:
        picture = await picture_of(session, found, match)
        for key, reader in readers(keys.log_line, match.id, lost, found):
            line = notices.log_line(match, lost, found, reader, picture)
            await session.outbox.post(reader.id, key, line, audience="moderators")


async def show_released(session: Session, match: Match, lost: Report, found: Report) -> None:
    """Show a sealed match in the threads, once a moderator has released it."""
    await _post_card(session, lost, match, found)
    await _post_card(session, found, match, lost)


async def _lock_open(session: Session, report: Report, scored: Sequence[ScoredCandidate]) -> Mapping[UUID, Report]:
    """Lock a report, its candidates and its labelled matches' others, and return those that are still open."""
    found = {candidate.report for candidate in scored}
    locked = await session.reports.lock({report.id, *found}, labelled_with=report.id)
    is_open = {known.id: known for known in locked.values() if known.state is ReportState.OPEN}
    # A candidate may have become of the searching report's kind meanwhile.
    return {known.id: known for known in is_open.values() if known.id == report.id or known.kind is not report.kind}


async def _locked_and_saved(session: Session, searched: Report, results: Results) -> _Stored | None:
    """Lock a report and what its search has found, and store the matches; None if it isn't the report searched for."""
    locked = await _lock_open(session, searched, results.scored)
    report = locked.get(searched.id)
    if report is None or not _is_unchanged(searched, report):
        return None
    still_open = [candidate for candidate in results.scored if candidate.report in locked]
    known = {match.id: match for match in await session.matches.of(report.id)}
    labelled = {match.other_side(report.id): match for match in known.values() if match.label}
    unlabelled = [each for each in still_open if each.crowded_out or not (each.label or results.is_complete)]
    unjudged = frozenset(each.report for each in unlabelled if each.report in labelled)
    judged = [candidate for candidate in still_open if candidate.report not in unjudged]
    matches = {**{other: labelled[other] for other in unjudged}, **await save_matches(session, report, judged)}
    return _Stored(report, still_open, locked, matches, known, unjudged)


async def _result(session: Session, stored: _Stored, search: Search) -> _Result:
    report = stored.report
    shown = [
        (match, other)
        for match, other in stored.labelled()
        if rules.may_show(report, other, match) and not rules.is_claimed(match) and rules.is_news(report, other)
    ]
    claimed = {match.found: match for match in stored.known.values() if rules.is_claimed(match)}
    founds = await session.reports.by_ids(claimed) if report.kind is ReportKind.LOST else {}
    has_claimed = any(not rules.has_gone(claimed[found], report) for found, report in founds.items())
    nearest = _nearest(stored)
    leaves_out = False
    if report.kind is ReportKind.LOST and not (shown or nearest or report.has_first_reply):
        leaves_out = await leaves_something_out(session, report)
    searched = max(search.open_count, len(nearest), len(shown))
    is_vague = not (shown or has_claimed) and await _names_nothing(session, report, search)
    return _Result(shown, nearest, searched, has_claimed, leaves_out, is_vague)


async def _names_nothing(session: Session, report: Report, search: Search) -> bool:
    if report.sealed or search.query.colours or not names_nothing(search.query):  # colours are read from a photo
        return False
    return all(photo.state is PhotoState.FAILED for photo in await session.photos.of(report.id))


async def _show_labelled(session: Session, stored: _Stored) -> None:
    """Show the labelled matches wherever they should be, and correct what is shown of any match already."""
    report = stored.report
    for candidate in stored.scored:
        match, other = stored.matches[candidate.report], stored.others[candidate.report]
        before = stored.known.get(match.id)
        was_labelled = before is not None and before.label is not None
        if match.state is not MatchState.UNDECIDED or (match.declined and (was_labelled or not match.label)):
            continue  # somebody has said no to it, or has decided about it
        if match.declined and await session.outbox.is_shown(match.id, match.lost):
            continue  # its owner has said no to its card, not only passed over it in a gallery
        if candidate.report in stored.unjudged:
            continue
        if before:
            await correct(session, match, *lost_and_found(report, other))
            await _ping_if_likelier(session, match, report, other)
        if match.label:
            await _show(session, report, match, other)


def _is_unchanged(searched: Report, now: Report) -> bool:
    known, said = ((report.kind, report.question_answer, report.text) for report in (searched, now))
    return known == said


async def save_matches(session: Session, report: Report, scored: Iterable[ScoredCandidate]) -> Mapping[UUID, Match]:
    """Store pairs in the order of every search, so that two that write the same pairs can't deadlock."""
    in_order = sorted(scored, key=lambda candidate: candidate.report)
    saved = await session.matches.save([_pair_of(report, candidate) for candidate in in_order])
    return {candidate.report: match for candidate, match in zip(in_order, saved, strict=True)}


def _nearest(stored: _Stored) -> list[Pair]:
    """Return what the owner of a lost report may look at, labelled matches first."""
    if stored.report.kind is not ReportKind.LOST:
        return []
    matches, others = stored.matches, stored.others
    visible = [
        candidate
        for candidate in stored.scored
        if rules.may_be_in_gallery(stored.report, others[candidate.report], matches[candidate.report])
    ]
    return [(matches[candidate.report], others[candidate.report]) for candidate in shortlist(visible)]


async def _reply(session: Session, report: Report, found: _Result) -> None:
    """Write a thread's first reply, or say what the author's answer to the question has changed."""
    if report.has_first_reply:
        await _correct_hint(session, report)
        if report.question_answer and (found.shown or not found.has_claimed):
            await session.outbox.post(report.id, keys.thanks(report.id), wording.thanks(report, found.shown))
        return
    if found.has_claimed:
        return  # it comes once the claim has failed
    if found.names_nothing:  # its first reply comes once there's something to search for
        await session.outbox.post(report.id, keys.what_is_it(report.id), wording.what_is_it(report))
        return
    reply = _first_reply(report, found, await tiles_of(session, found.nearest))
    if reply:
        if not (report.sealed or found.shown):  # a sealed report's thread says nothing of its photos
            reply = photo_hints.first_with_hint(reply, report, await session.photos.of(report.id))
        await session.outbox.post(report.id, keys.first_reply(report.id), reply)
    await session.reports.mark_first_reply(report.id)


async def _correct_hint(session: Session, report: Report) -> None:
    """Take the hint at a better photo from a thread's first reply once there is one."""
    key = keys.first_reply(report.id)
    first = await session.outbox.get(key)
    if first and photo_hints.has_hint(first):
        await session.outbox.revise(key, photo_hints.corrected(first, await session.photos.of(report.id)))


def _first_reply(report: Report, found: _Result, tiles: Sequence[Tile]) -> Reply | None:
    """Return a thread's first reply; None if its matches make it unnecessary."""
    if report.sealed:
        return wording.sealed_kept(report)
    if found.nearest:
        return galleries.first_gallery(report, found.nearest, tiles, found.searched)
    if not found.shown:
        return wording.nothing(report, found.searched, leaves_out=found.leaves_out)
    return wording.first_reply(report, len(found.shown), found.searched) if report.kind is ReportKind.LOST else None


async def _show(session: Session, report: Report, match: Match, other: Report) -> None:
    """Show a match wherever it should be: in the thread that searched, perhaps in the other, and to moderators.

    Once it's claimed, the claim has told them all.
    """
    if match.claim or not rules.is_news(report, other):
        return
    if match.declined:  # the owner only passed over it in a gallery
        await session.matches.decline(match.id, declined=False)
        match = replace(match, declined=False)
    if not report.quiet:
        await _post_card(session, report, match, other)
    # A lost report's search notifies a finder only of sure matches; a new found report notifies every owner.
    if report.kind is ReportKind.FOUND or match.label is Label.HIGH:
        await _post_card(session, other, match, report)
    elif rules.may_show(other, report, match):
        await overtake_first_reply(session, other)  # somebody may have lost it
    await log_match(session, match, report, other)


async def _ask(session: Session, stored: _Stored, search: Search, shown: Sequence[Pair]) -> None:
    """Ask the owner once, if an answer could tell the matches that they see apart."""
    report = stored.report
    if report.kind is not ReportKind.LOST or report.question is not None:
        return
    public = {other.id for _, other in shown if not other.sealed}  # an answer would reveal what its photo shows
    question = choose(search, [candidate for candidate in stored.scored if candidate.report in public])
    if question is None:
        return
    if question.aspect == "place":  # its options are members' words; colours are ours
        question = replace(question, sources=tuple(sorted(public)))
    await session.prompts.ask(report.id, question)
    await session.outbox.post(report.id, keys.question(report.id), wording.question(report, question))


async def _post_card(session: Session, reader: Report, match: Match, other: Report) -> None:
    if rules.may_show(reader, other, match):
        card = await card_of(session, reader, match, other)
        waits = reader.kind is ReportKind.LOST and not rules.always_pings(match)
        ping: Ping = "unless_waiting" if waits else "always"
        if await session.outbox.post(reader.id, keys.card(match.id, reader.kind), card, ping=ping):
            await overtake_first_reply(session, reader)


async def overtake_first_reply(session: Session, reader: Report) -> None:
    """Take from a thread's first reply that there is no clear match yet, now that there's more."""
    if reader.has_first_reply:
        key = keys.first_reply(reader.id)
        if first := await session.outbox.get(key):
            await session.outbox.revise(key, wording.overtaken(first, reader))


async def _ping_if_likelier(session: Session, match: Match, report: Report, other: Report) -> None:
    """Ping the owner once about a match whose card came silently, if it would ping now."""
    if not rules.always_pings(match) or match.claim:
        return
    if await session.outbox.came_silently(keys.card(match.id, ReportKind.LOST)):
        lost, found = lost_and_found(report, other)
        await session.outbox.post(lost.id, keys.likelier(match.id), wording.likelier(match, lost, found))


def _pair_of(report: Report, scored: ScoredCandidate) -> ScoredPair:
    lost, found = (report.id, scored.report) if report.kind is ReportKind.LOST else (scored.report, report.id)
    return ScoredPair(
        lost,
        found,
        scored.probability,
        scored.label,
        scored.why,
        evidence={} if report.sample else dict(scored.evidence),  # nothing is learned from samples
        percent=scored.percent,
        photo=scored.photo,
    )
