"""What a reporter reads as soon as their report by command, form or menu is stored."""

from reunite.entities import Report, ReportKind
from reunite.language import sentence


def confirmation(report: Report, place: str, language: str, *, is_new: bool) -> list[str]:
    """Return the lines of a confirmation; `place` links to where the reply will be, and is empty for direct messages.

    One that isn't new was sent before.
    """
    if report.sealed:
        key = "sealed_kept"
    elif not place:
        key = "looking_privately"
    else:
        key = "looking_in" if report.kind is ReportKind.LOST else "answering_in"
    sent_before = [] if is_new else [sentence("sent_before", language)]
    return [*sent_before, sentence(key, language, channel=place)]
