"""What a reporter reads as soon as their report by command, form or menu is stored."""

from reunite.entities import Report, ReportKind, ReportState
from reunite.language import sentence


def confirmation(report: Report, place: str, language: str, *, is_new: bool) -> list[str]:
    """Return the lines of a confirmation; `place` links to where the reply will be, and is empty for direct messages.

    One that isn't private goes there if its author can't open the channel for it. One that isn't new was sent before.
    """
    if report.sealed:
        key = "sealed_kept"
    elif not place:
        key = "looking_privately" if report.private else "answering_directly"
    else:
        key = "looking_in" if report.kind is ReportKind.LOST else "answering_in"
    sent_before = [] if is_new else [sentence("sent_before", language)]
    return [*sent_before, sentence(key, language, channel=place)]


def not_open(report: Report, language: str) -> str:
    """Say why a report isn't searched any more; one that was returned is kept for a while, and may be reopened."""
    return sentence("closed_returned" if report.state is ReportState.RETURNED else "ended", language)
