"""Replies to members about their reports and claims, and to moderators about matches and their community."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from reunite.entities import (
    Claim,
    ClaimState,
    Match,
    MatchState,
    PromisesKept,
    Report,
    ReportKind,
    ReportState,
    Statistics,
    Trends,
)
from reunite.language import plural, sentence, shortened
from reunite.messages import trending
from reunite.messages.reply import Action, Button, Jump, Line, Person, Picture, Plain, Quoted, Reply, Strong
from reunite.messages.wording import (
    asking,
    author,
    button,
    button_row,
    calling,
    certainty,
    circumstances,
    day_of,
    end_of,
    line,
    named,
    of_match,
    quote,
    why_words,
)

_NO_TRENDS: Final = Trends()
_MAX_LISTED_WORDS: Final = 200
"""Characters shown of each report in a member's list."""


def say(words: str, *, about: Report | None = None, buttons: tuple[Button, ...] = ()) -> Reply:
    """Return a note of one line, perhaps about a report."""
    return Reply("note", ((Plain(words),),), buttons=buttons, about=frozenset({about.id} if about else ()))


def note(key: str, language: str) -> Reply:
    return say(sentence(f"note_{key}", language))


def listed_note(key: str, language: str, *, are_told: bool) -> Reply:
    """Return a note on what moderators do about an item of a list; the reader tells them if the bot can't."""
    told = note(key, language)
    return told if are_told else replace(told, lines=(*told.lines, line("tell_moderators", language)))


# Moderators


def log_line(  # noqa: PLR0913, PLR0917 - what a line is made of
    match: Match,
    lost: Report,
    found: Report,
    reader: Report,
    picture: Picture | None,
    moderator: Person | None = None,
) -> Reply:
    """Show moderators a match, with all that the two reports say, the found item's picture, and what they can do."""
    language = reader.language
    lines: list[Line] = [
        (Strong(sentence("less_likely_now", language)),) if match.faded else certainty(match, language),
        *both_sides(match, (lost, found), language),
    ]
    if found.sealed:
        lines.append((Plain(sentence("log_released" if match.released else "log_sealed", language)),))
    lines += decided(match, lost, language, moderator)
    actions: list[Action] = ["confirm", "reject"]
    if match.state is MatchState.UNDECIDED and ReportState.RETURNED in {lost.state, found.state}:
        lines.append(line("log_elsewhere", language))
    elif match.state is MatchState.UNDECIDED and found.sealed and not match.released:
        actions.insert(0, "release")
    buttons = button_row(match.id, language, *actions)
    return of_match("log", match, *lines, picture=picture, buttons=buttons)


def both_sides(match: Match, reports: tuple[Report, Report], language: str) -> list[Line]:
    """Show moderators a match's two reports, in this order, and why they match."""
    lines = [side_line for report in reports for side_line in _side(report, language)]
    if why := why_words(match.why, language):
        lines.append((Plain(sentence("why", language, why=why)),))
    return lines


def decided(match: Match, lost: Report, language: str, moderator: Person | None) -> list[Line]:
    """Say who decided a match: a moderator, and whether it's their own, or its owner and its finder."""
    if match.state is not MatchState.UNDECIDED and moderator:
        own = [line("own_decision", language)] if moderator.may_be(lost.account) else []
        return [line(f"log_{match.state}", language, moderator=named(moderator, language)), *own]
    return [line("log_by_word", language)] if match.state is MatchState.CONFIRMED else []


def _side(report: Report, language: str) -> list[Line]:
    jump = Jump(report.id, sentence("jump_post", language))
    return [
        line(f"log_{report.kind}", language, member=author(report), day=day_of(report, language), jump=jump),
        *quote(report),
    ]


def better_sealed(report: Report, *, hidden: bool = False, can_seal: bool = True) -> Reply:
    """Advise to seal a report: for what it is, or because its author hides a part of it."""
    return _advice("hidden_better_sealed" if hidden else "better_sealed", report, can_seal=can_seal)


def face_seen(report: Report, *, can_seal: bool = True) -> Reply:
    """Say that a photo's face is covered, and advise to seal an ID."""
    return _advice("face_better_sealed", report, can_seal=can_seal)


def card_seen(report: Report, *, can_seal: bool = True) -> Reply:
    """Say that a photo shows a card or an ID, that its print is covered, and advise to seal it."""
    return _advice("card_better_sealed", report, can_seal=can_seal)


def _advice(key: str, report: Report, *, can_seal: bool) -> Reply:
    """Return the advice; if nothing can be sealed yet, what that takes, for a post deleted for it would be lost."""
    needed = () if can_seal else (line("sealed_needs_log", report.language),)
    advice = line(key if can_seal else f"not_yet_{key}", report.language)
    return Reply("note", (advice, *needed), about=frozenset({report.id}))


def waiting(report: Report, minutes: int) -> Reply:
    """Say that a report has to wait, because many others come first."""
    return say(plural("waiting", minutes, report.language), about=report)


def statistics(numbers: Statistics, language: str, trends: Trends = _NO_TRENDS) -> Reply:
    counted = (
        plural("open_lost", numbers.open_lost, language),
        plural("open_found", numbers.open_found, language),
        plural("things_returned", numbers.returned, language),
        sentence(
            "stats_matches",
            language,
            shown=numbers.matches_shown,
            confirmed=numbers.confirmed,
            rejected=numbers.rejected,
        ),
        *trending.lines(trends, language),
        *_promises(numbers.kept, language),
    )
    return Reply("note", tuple((Plain(text),) for text in counted))


def _promises(kept: PromisesKept, language: str) -> Iterator[str]:
    """Compare the labels' promises with what people decided."""
    high, possible = (sentence(f"label_{label}", language) for label in ("high", "possible"))
    if kept.high:
        yield sentence("stats_high", language, label=high, right=kept.high_right, known=kept.high)
    if kept.lists:
        yield sentence("stats_possible", language, label=possible, right=kept.lists_right, known=kept.lists)
    if kept.learned_from:
        yield plural("stats_learned", kept.learned_from, language)


# Claims


def claimed(claim: Claim, match: Match, lost: Report, found: Report) -> Reply:
    """Say in the found report's thread that a member claims the item; their proof is behind a button.

    The thread doesn't learn who reported privately.
    """
    language = found.language
    said = line("claimed_privately", language)
    if not lost.private:
        said = line("claimed", language, member=Person.at(lost.target, claim.member, report=lost.id))
    how: Line = (Plain(sentence("claimed_how", language)),)
    return of_match("claim", match, *calling(found), said, how, buttons=(button("see_claim", claim.id, language),))


def claim_ended(reader: Report) -> Reply:
    """Tell one side of a claim that the other's report has ended: they may have met without saying so here."""
    is_owner = reader.kind is ReportKind.LOST
    said, how = ("find_is_gone", "find_is_gone_how") if is_owner else ("claimant_is_gone", "claimant_is_gone_how")
    lines = (*calling(reader), line(said, reader.language), asking(how, reader.language))
    withdraw = button("withdraw", reader.id, reader.language)
    return Reply("claim", lines, buttons=(withdraw,), about=frozenset({reader.id}))


def claim_seen(
    claim: Claim, proof_question: Quoted, proof: Quoted, language: str, rivals: Sequence[Match] = ()
) -> Reply:
    """Show the finder, or a moderator, the claimant's proof below the proof question.

    `rivals` are the matches on which others claim the same item.
    """
    lines: list[Line] = []
    if proof_question.text:
        lines += [(Strong(sentence("claim_proof_question", language)),), (proof_question,)]
    lines += [(Strong(sentence("claim_answer", language)),), (proof,)]
    if claim.state is not ClaimState.OPEN:
        return Reply("note", (*lines, (Plain(sentence("note_claim_decided", language)),)))
    if any(rival.claim is ClaimState.ACCEPTED for rival in rivals):
        lines.append((Plain(sentence("claim_accepted_elsewhere", language)),))
    elif rivals:
        lines.append((Plain(plural("claim_rivals", len(rivals), language)),))
    lines.append((Plain(sentence("claim_ask", language)),))
    return Reply("note", tuple(lines), buttons=button_row(claim.id, language, "accept_claim", "reject_claim"))


def declined(match: Match, language: str, *, may_claim: bool = True) -> Reply:
    """Say that the match won't be shown again, and how to take that back if it still can be claimed."""
    if not may_claim:
        return note("not_again", language)
    return say(sentence("note_declined", language), buttons=(button("mine", match.id, language),))


# A member's reports


def own_report(report: Report, language: str) -> Reply:
    """Show a member one of their reports, and what they can do with it."""
    key = "own_lost" if report.kind is ReportKind.LOST else "own_found"
    jump = Jump(report.id, sentence("jump_post", language))
    until = end_of(report, language)
    lines: list[Line] = [line(key, language, day=day_of(report, language), until=until, jump=jump)]
    if report.text:  # its author knows the rest, and a list of many has to fit into one message
        lines.append((Quoted(shortened(report.text, _MAX_LISTED_WORDS), report.id),))
    lines += circumstances(report, language)
    actions: tuple[Action, ...] = ("add_photo", "add_detail", "extend", "withdraw")
    if report.kind is ReportKind.FOUND:
        actions = ("whereabouts", *actions)
    return Reply("note", tuple(lines), buttons=button_row(report.id, language, *actions))


def older_reports(number: int, language: str) -> Reply:
    """Say how many older reports a list leaves out."""
    return say(plural("own_more", number, language))


def extended(report: Report, language: str) -> Reply:
    return say(sentence("note_extended", language, until=end_of(report, language)))


def privacy(workspace: UUID, keep_days: int, language: str, *, reminders: bool = True) -> Reply:
    """Explain which data is kept and for how long, and offer to delete it and to switch reminders."""
    text = plural("privacy", keep_days, language)
    switch: Action = "reminders_off" if reminders else "reminders_on"
    return say(text, buttons=button_row(workspace, language, "forget", switch))


def forgotten(reports: int, language: str) -> Reply:
    return say(plural("note_forgotten", reports, language) if reports else sentence("note_nothing_left", language))
