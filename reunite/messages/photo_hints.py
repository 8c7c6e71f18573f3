"""Tells an author what kind of photo would help, below an answer that they get anyway."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reunite.entities import Photo, PhotoState, Report
from reunite.language import sentence
from reunite.messages.reply import Line, PhotoHint, Reply
from reunite.messages.wording import button


def hint(photos: Sequence[Photo], language: str) -> Line | None:
    """Return what would help if none of a report's usable photos shows enough; None if one may."""
    usable = [photo for photo in photos if photo.state is not PhotoState.FAILED]
    flaws = [photo.flaw for photo in usable if photo.flaw]
    return (PhotoHint(sentence(flaws[0], language), language),) if flaws and len(flaws) == len(usable) else None


def with_hint(reply: Reply, photos: Sequence[Photo], language: str) -> Reply:
    """Return an answer with the hint for its photos, if there is one."""
    said = hint(photos, language)
    return replace(reply, lines=(*reply.lines, said)) if said else reply


def first_with_hint(reply: Reply, report: Report, photos: Sequence[Photo]) -> Reply:
    """Return a report's first answer with the hint, and with the button that adds a photo."""
    hinted = with_hint(reply, photos, report.language)
    if hinted is reply or any(each.action == "add_photo" for each in reply.buttons):
        return hinted
    return replace(hinted, buttons=(button("add_photo", report.id, report.language), *reply.buttons))


def has_hint(reply: Reply) -> bool:
    """Return whether an answer has a hint."""
    return any(_hints_in(reply))


def corrected(reply: Reply, photos: Sequence[Photo]) -> Reply:
    """Return an answer that has a hint with that for the photos as they are now, if any, in the same language."""
    language = next(_hints_in(reply)).language
    return with_hint(reply.without_photo_hint(), photos, language)


def _hints_in(reply: Reply) -> Iterator[PhotoHint]:
    return (span for line in reply.lines for span in line if isinstance(span, PhotoHint))
