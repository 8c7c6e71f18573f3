"""Advises finders to seal what shouldn't be public: on reporting it, or once more is known about it."""

from collections.abc import Sequence
from typing import Final

from reunite.entities import Category, Photo, Report, ReportKind, Settings
from reunite.messages import keys, notices
from reunite.ports import Session
from reunite.text.sealing import category_of

_SHOWN: Final[frozenset[Category]] = frozenset({"id", "card"})
"""What a photo with a face or a card may show."""


async def advise_sealing(
    session: Session, report: Report, settings: Settings, photos: Sequence[Photo] = (), *, hidden: bool = False
) -> None:
    """Advise to seal a find, once: for what it is, what its photos show, or because its author hides a part of it."""
    if report.kind is ReportKind.LOST or report.sealed or report.quiet or report.kind_in_doubt:
        return
    can_seal = settings.log_channel is not None
    hidden |= any(photo.hidden for photo in photos)
    seen = {photo.sensitive for photo in photos} if _SHOWN & set(settings.sealed_categories) else set()
    if hidden or category_of(report.text) in settings.sealed_categories:
        advice = notices.better_sealed(report, hidden=hidden, can_seal=can_seal)
    elif "card" in seen:
        advice = notices.card_seen(report, can_seal=can_seal)
    elif "face" in seen:
        advice = notices.face_seen(report, can_seal=can_seal)
    else:
        return
    await session.outbox.post(report.id, keys.sealing_advice(report.id), advice)
