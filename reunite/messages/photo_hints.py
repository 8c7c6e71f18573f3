"""Tells an author what kind of photo would help, below an answer that they get anyway."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import get_args

from reunite.entities import Photo, PhotoFlaw, PhotoState, Report
from reunite.language import LANGUAGES
from reunite.messages.reply import Line, Reply
from reunite.messages.wording import asking, button


def hint(photos: Sequence[Photo], language: str) -> Line | None:
    """Return what would help if none of a report's usable photos shows enough; None if one may."""
    usable = [photo for photo in photos if photo.state is not PhotoState.FAILED]
    flaws = [photo.flaw for photo in usable if photo.flaw]
    return asking(flaws[0], language) if flaws and len(flaws) == len(usable) else None


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
    """Return whether an answer has a hint, in whatever language."""
    return not _hints().keys().isdisjoint(reply.lines)


def corrected(reply: Reply, photos: Sequence[Photo]) -> Reply:
    """Return an answer that has a hint with that for the photos as they are now, if any."""
    language = next(language for line, language in _hints().items() if line in reply.lines)
    kept = tuple(line for line in reply.lines if line not in _hints())
    return with_hint(replace(reply, lines=kept), photos, language)


@cache
def _hints() -> Mapping[Line, str]:
    """Return each hint's language: a thread's may have changed since its first answer."""
    return {asking(flaw, language): language for flaw in get_args(PhotoFlaw) for language in LANGUAGES}
