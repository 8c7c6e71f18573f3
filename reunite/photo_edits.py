"""Photos that are later added to a report's post, or removed from it."""

import re
from collections.abc import Sequence
from typing import Final

from reunite import rules
from reunite.entities import IncomingPhoto, Photo, Report
from reunite.errors import TellUserError
from reunite.ports import Session

_NUMBERED: Final = re.compile(r" \(\w+\)(\.\w+)?\Z")
"""How a platform numbers photos of the same name: once one is removed, its name may mean another photo."""


async def change_photos(session: Session, report: Report, now: Sequence[IncomingPhoto]) -> bool:
    """Give a report the photos that its post has now, besides those added by a button; false if nothing changed.

    Raises TellUserError if that makes too many.
    """
    before = await session.photos.of_post(report.id)
    gone, new = _difference(before, now)
    if not gone and not new:
        return False
    await session.photos.remove({photo.id for photo in gone})
    kept = await session.photos.of(report.id)
    if len(kept) + len(new) > rules.MAX_PHOTOS:
        raise TellUserError("too_many_photos", count=len(kept) + len(new), number=rules.MAX_PHOTOS)
    await session.photos.add(report.id, new)
    removed = {photo.id for photo in gone}
    for key, reply in (await session.outbox.quoting(report.id)).items():
        await session.outbox.revise(key, reply.without_photos(removed))
    return True


def _difference(
    before: Sequence[Photo], now: Sequence[IncomingPhoto]
) -> tuple[Sequence[Photo], Sequence[IncomingPhoto]]:
    """Return the removed and the new photos; all of them if names can't tell."""
    names = {photo.name for photo in now}
    gone = [photo for photo in before if photo.name not in names]
    if gone and any(_NUMBERED.search(photo.name) for photo in before):
        return before, now
    known = {photo.name for photo in before}
    return gone, [photo for photo in now if photo.name not in known]
