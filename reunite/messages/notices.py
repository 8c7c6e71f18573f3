"""What members are told of their own reports and claims, and moderators of matches and of their community."""

from datetime import datetime
from typing import Final
from uuid import UUID

from reunite.entities import Claim, ClaimState, Match, MatchState, Report, ReportKind, Statistics
from reunite.language import date_words, plural, sentence
from reunite.messages.reply import Action, Jump, Line, Person, Plain, Quoted, Reply, Span, Strong
from reunite.messages.wording import button, certainty, circumstances, line, why_words

_MOST_OWN_WORDS: Final = 200
"""Characters shown of each report in a list of one's own."""


def note(key: str, language: str) -> Reply:
    """Say one sentence."""
    return Reply("note", ((Plain(sentence(f"note_{key}", language)),),))


# Moderators


def log_line(  # noqa: PLR0913, PLR0917 - what a line is made of
    match: Match,
    lost: Report,
    found: Report,
    reader: Report,
    picture: UUID | None,
    moderator: Person | None = None,
) -> Reply:
    """Show moderators a match, with all that the two reports say, the find's picture, and what can be done about it."""
    language = reader.language
    lines: list[Line] = [
        certainty(match, language),
        *_side(lost, "log_lost", language),
        *_side(found, "log_found", language),
    ]
    if why := why_words(match.why, language):
        lines.append((Plain(sentence("why", language, why=why)),))
    if found.sealed:
        lines.append((Plain(sentence("log_released" if match.released else "log_sealed", language)),))
    if match.state is not MatchState.UNDECIDED and moderator:
        lines.append(line(f"log_{match.state}", language, moderator=moderator))
    actions: list[Action] = ["confirm", "refuse"]
    if found.sealed and not match.released and match.state is MatchState.UNDECIDED:
        actions.insert(0, "release")
    buttons = tuple(button(action, match.id, language) for action in actions)
    return Reply("log", tuple(lines), match=match.id, picture=picture, buttons=buttons)


def _side(report: Report, key: str, language: str) -> list[Line]:
    who = Person(report.target.platform, report.author)
    jump = Jump(report.id, sentence("jump_post", language))
    lines: list[Line] = [line(key, language, member=who, day=_day(report, language), jump=jump)]
    if report.text:
        lines.append((Quoted(report.text),))
    return lines


def better_sealed(report: Report) -> Reply:
    """Say that a find's photo had better not be seen by all."""
    return Reply("note", ((Plain(sentence("better_sealed", report.language)),),))


def statistics(numbers: Statistics, language: str) -> Reply:
    """Show a community's numbers."""
    counted = (
        plural("open_losses", numbers.open_losses, language),
        plural("open_finds", numbers.open_finds, language),
        plural("things_returned", numbers.returned, language),
        sentence(
            "stats_matches",
            language,
            shown=numbers.matches_shown,
            confirmed=numbers.confirmed,
            refused=numbers.refused,
        ),
        sentence("stats_model", language, model=numbers.model or "–"),
    )
    return Reply("note", tuple((Plain(each),) for each in counted))


# Claims


def claimed(claim: Claim, lost: Report, found: Report, *, ping: bool) -> Reply:
    """Say that someone says a find is theirs; what they said is behind a button.

    With `ping` it is for the find's thread, which hears nothing of whoever has reported privately; else for moderators.
    """
    language = found.language
    if lost.private and ping:
        lines: list[Line] = [line("claimed_privately", language)]
    else:
        lines = [line("claimed", language, member=Person(lost.target.platform, claim.member))]
    if ping and not found.sealed:  # who has found it, is not said then
        lines.insert(0, (Person(found.target.platform, found.author, notify=True),))
    lines.append((Plain(sentence("claimed_how", language)),))
    return Reply("claim", tuple(lines), match=claim.match, buttons=(button("see_claim", claim.id, language),))


def claim_seen(claim: Claim, secret: str, language: str) -> Reply:
    """Show the finder, or a moderator, what the claimant says beside what only the owner can know."""
    lines: list[Line] = []
    if secret:
        lines += [(Strong(sentence("claim_secret", language)),), (Quoted(secret),)]
    lines += [(Strong(sentence("claim_answer", language)),), (Quoted(claim.answer),)]
    if claim.state is not ClaimState.OPEN:
        return Reply("note", (*lines, (Plain(sentence("note_claim_decided", language)),)))
    lines.append((Plain(sentence("claim_ask", language)),))
    actions: tuple[Action, ...] = ("accept_claim", "reject_claim")
    return Reply("note", tuple(lines), buttons=tuple(button(each, claim.id, language) for each in actions))


def claim_decided(match: Match, lost: Report, found: Report, *, accepted: bool, left: int) -> Reply:
    """Tell the owner what the finder makes of their claim."""
    language = lost.language
    owner = Person(lost.target.platform, lost.author, notify=True)
    finder: Span = Person(found.target.platform, found.author)
    if found.sealed:
        finder = Plain(sentence("the_finder", language))
    if accepted:
        lines: tuple[Line, ...] = ((owner,), line("claim_accepted", language, finder=finder))
        return Reply("claim", lines, match=match.id)
    attempts = plural("attempts_left", left, language) if left else sentence("no_attempts_left", language)
    lines = ((owner,), line("claim_rejected", language, finder=finder), (Plain(attempts),))
    buttons = (button("mine", match.id, language),) if left else ()
    return Reply("claim", lines, match=match.id, buttons=buttons)


def claim_closed(claim: Claim, found: Report, *, accepted: bool) -> Reply:
    """Say in the find's thread what came of a claim."""
    key = "claim_closed_accepted" if accepted else "claim_closed_rejected"
    return Reply("claim", ((Plain(sentence(key, found.language)),),), match=claim.match)


def declined(match: Match, language: str) -> Reply:
    """Say that a find is not brought up again, and how to take that back."""
    return Reply(
        "note", ((Plain(sentence("note_declined", language)),),), buttons=(button("mine", match.id, language),)
    )


# A member's own


def own_report(report: Report, language: str) -> Reply:
    """Show a member one of their reports, and what they can do with it."""
    key = "own_lost" if report.kind is ReportKind.LOST else "own_found"
    jump = Jump(report.id, sentence("jump_post", language))
    until = date_words(report.expires_at, language)
    lines: list[Line] = [line(key, language, day=_day(report, language), until=until, jump=jump)]
    if report.text:  # its author knows the rest, and a list of many has to fit into one message
        short = report.text if len(report.text) <= _MOST_OWN_WORDS else f"{report.text[:_MOST_OWN_WORDS].rstrip()}…"
        lines.append((Quoted(short),))
    lines += circumstances(report, language)
    actions: tuple[Action, ...] = ("add_photo", "add_detail", "extend", "withdraw")
    return Reply("note", tuple(lines), buttons=tuple(button(each, report.id, language) for each in actions))


def more_of_ones_own(number: int, language: str) -> Reply:
    """Say how many older reports a list leaves out."""
    return Reply("note", ((Plain(plural("own_more", number, language)),),))


def extended(until: datetime, language: str) -> Reply:
    """Say until when the bot watches now."""
    return Reply("note", ((Plain(sentence("note_extended", language, until=date_words(until, language))),),))


def privacy(workspace: UUID, keep_days: int, language: str) -> Reply:
    """Say what is kept and for how long, and offer to delete it."""
    text = plural("privacy", keep_days, language)
    return Reply("note", ((Plain(text),),), buttons=(button("forget", workspace, language),))


def forgotten(reports: int, language: str) -> Reply:
    """Say what was deleted."""
    return Reply("note", ((Plain(plural("note_forgotten", reports, language)),),))


def _day(report: Report, language: str) -> str:
    return date_words(report.happened_at or report.created_at, language)
