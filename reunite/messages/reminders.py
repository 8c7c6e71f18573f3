"""Reminders in the reader's language, each with a button to switch them off."""

from uuid import UUID

from reunite.entities import Match, Report, ReportKind
from reunite.language import sentence
from reunite.messages.handovers import Claimed
from reunite.messages.notices import say
from reunite.messages.reply import Button, Reply
from reunite.messages.wording import asking, button, calling, end_of, found_line, line, of_match, quote


def ends_soon(report: Report) -> Reply:
    """Say that a report ends within a week, and offer to keep watching."""
    language, until = report.language, end_of(report, report.language)
    key = "still_missing" if report.kind is ReportKind.LOST else "still_there"
    keep = Button("extend", report.id, sentence("button_keep_watching", language), "good")
    lines = (*calling(report), line("ends_soon", language, until=until), asking(key, language))
    withdraw = button("withdraw", report.id, language)
    return Reply("note", lines, buttons=(keep, withdraw, _off(report)), about=frozenset({report.id}))


def kept_watching(report: Report) -> Reply:
    """Replace the reminder of an end that was put off."""
    return say(sentence("note_extended", report.language, until=end_of(report, report.language)), about=report)


def claim_waits(claimed: Claimed) -> Reply:
    """Bring up a claim that its finder hasn't looked at; neither the answer nor its author is named.

    Moderators, who check claims on a list's items, read which item it is.
    """
    match, found, language = claimed.match, claimed.found, claimed.found.language
    told, asked = line("claim_waits_for_you", language), asking("does_answer_match", language)
    see = button("see_claim", claimed.claim.id, language)
    if found.is_listed:
        said = [] if found.sealed else quote(found)
        return of_match("claim", match, told, found_line(found, language), *said, asked, buttons=(see,))
    return of_match("claim", match, *calling(found), told, asked, buttons=(see, _off(found)))


def is_it_back(match: Match, lost: Report, *, members_can_return: bool) -> Reply:
    """Ask the owner whether they got the item back, and say why; perhaps only moderators can confirm that."""
    asked = asking("is_it_back" if members_can_return else "is_it_back_moderated", lost.language)
    lines = (*calling(lost), asked, line("card_agreed", lost.language))
    answer = (button("got_back", match.id, lost.language),) if members_can_return else ()
    where = button("where_is_it", match.id, lost.language)
    return of_match("claim", match, *lines, buttons=(*answer, where, _off(lost)))


def switched(workspace: UUID, language: str, *, on: bool) -> Reply:
    """Say whether reminders come from now on, and how to change that."""
    state, back = ("reminders_on", "reminders_off") if on else ("reminders_off", "reminders_on")
    undo = Button("reminders_off" if on else "reminders_on", workspace, sentence(f"button_{back}", language))
    return say(sentence(f"note_{state}", language), buttons=(undo,))


def _off(report: Report) -> Button:
    return button("reminders_off", report.id, report.language)
